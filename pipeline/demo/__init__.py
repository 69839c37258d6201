"""The demo court (演示法院): 宜宾市中级人民法院 and its ten basic courts, invented down to the last name.

Everything here is made up except the published half-year figures it reproduces. It never touches a real court's data.
"""
