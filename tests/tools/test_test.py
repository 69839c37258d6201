"""`make test` never skips the browser: it installs it, or says in one sentence what to install."""

from __future__ import annotations


def test_without_a_browser_and_no_way_to_install_one_it_says_what_to_install(new_stack, tmp_path):
    stack = new_stack()
    code, said, complained = stack.call("test.py", PATH=str(tmp_path))
    assert (code, said) == (1, "")
    assert complained.startswith("The tests need a browser and Chinese fonts: apt-get install chromium")
    assert complained.count("\n") == 1


def test_where_it_may_it_installs_the_browser_and_goes_on(new_stack, tmp_path):
    installer = tmp_path / "apt-get"
    installer.write_text(
        f'#!/bin/sh\ncase "$*" in *install*) printf "#!/bin/sh\\n" >{tmp_path}/chromium; /bin/chmod +x {tmp_path}/chromium;; esac\n'
    )
    installer.chmod(0o755)
    rootless = tmp_path / "sudo"
    rootless.write_text('#!/bin/sh\nshift\nexec "$@"\n')
    rootless.chmod(0o755)
    for name in ("env", "true"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    code, said, complained = new_stack().call("test.py", "--version", PATH=str(tmp_path))
    assert code == 0, complained
    assert "installing chromium" in said
