"""A class on a JupyterHub, on this machine alone: what does a learner need?

usage: python tools/hub_test.py [LEARNERS [NOTEBOOK]]      (default: 20 and 03b; make hub-test)

Starts a real JupyterHub with its proxy, lets every learner start a server, open a sitting, run all
its cells and move the widget twelve times, all at once. Prints the time until a server is there,
the time from a move to the new picture, and the memory of a learner.
"""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import psutil
import requests
from jupyter_client.session import utcnow
from websocket import create_connection

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
PROXY = ROOT / "teach" / "hub" / "node_modules" / ".bin" / "configurable-http-proxy"
MOVES = 12
CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.command = ["{proxy}"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.Authenticator.allow_all = True
c.Spawner.args = ["--allow-root", "--ServerApp.root_dir={notebooks}"]
c.Spawner.http_timeout = c.Spawner.start_timeout = 300
c.JupyterHub.concurrent_spawn_limit = 100
c.JupyterHub.services = [{{"name": "test", "api_token": "{token}"}}]
c.JupyterHub.load_roles = [{{
    "name": "test", "services": ["test"],
    "scopes": ["admin:users", "admin:servers", "access:servers"],
}}]
"""


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


class Hub:
    """A hub in a folder of its own, on loopback."""

    def __init__(self, folder):
        self.port, self.token = free_port(), uuid.uuid4().hex
        self.address = f"http://127.0.0.1:{self.port}"
        values = {"port": self.port, "hub_port": free_port(), "proxy_port": free_port()}
        values |= {"proxy": PROXY, "token": self.token, "notebooks": NOTEBOOKS}
        (folder / "config.py").write_text(CONFIG.format(**values), "utf-8")
        command = [sys.executable, "-m", "jupyterhub", "-f", folder / "config.py"]
        self.log = open(folder / "log", "w", encoding="utf-8")  # noqa: SIM115 - closed with the hub
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "TQDM_DISABLE": "1"}
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=self.log, stderr=self.log, env=environment
        )
        self.until(lambda: self.ask("GET", "/hub/api/").ok, 60)

    def ask(self, method, path, **options):
        headers = {"Authorization": f"token {self.token}"}
        return requests.request(
            method, self.address + path, headers=headers, timeout=120, **options
        )

    def until(self, ready, seconds):
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            try:
                if ready():
                    return time.monotonic() - began
            except requests.ConnectionError:
                pass
            time.sleep(0.2)
        raise TimeoutError(f"nothing came within {seconds} s; see {self.log.name}")

    def close(self):
        for child in psutil.Process(self.process.pid).children(recursive=True):
            child.terminate()
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


class Learner:
    """One who opens a sitting, runs it, and moves its widget."""

    def __init__(self, hub, name, notebook):
        self.hub, self.name, self.notebook = hub, name, notebook

    def start(self):
        """Start the server, and return the seconds until it is there."""
        self.hub.ask("POST", f"/hub/api/users/{self.name}")
        began = time.monotonic()
        self.hub.ask("POST", f"/hub/api/users/{self.name}/server")
        user = f"/hub/api/users/{self.name}"
        self.hub.until(lambda: self.is_ready(self.hub.ask("GET", user).json()), 300)
        return time.monotonic() - began

    @staticmethod
    def is_ready(user):
        return user["servers"].get("", {}).get("ready")

    def run(self):
        """Run all cells and move the widget: (seconds for the cells, seconds for each move)."""
        body = {
            "path": self.notebook.name,
            "type": "notebook",
            "name": "",
            "kernel": {"name": "python3"},
        }
        session = self.hub.ask("POST", f"/user/{self.name}/api/sessions", json=body).json()
        path = f"/user/{self.name}/api/kernels/{session['kernel']['id']}/channels"
        self.socket = create_connection(
            self.hub.address.replace("http", "ws") + path,
            header=[f"Authorization: token {self.hub.token}"],
            timeout=300,
        )
        began = time.monotonic()
        widget = None
        for cell in nbformat.read(self.notebook, as_version=4).cells:
            if cell.cell_type == "code":
                widget = self.execute(cell.source) or widget
        return time.monotonic() - began, self.move(widget) if widget else []

    def execute(self, source):
        """Run a cell to its end; return the name of the widget's channel if one was opened."""
        content = {"code": source, "silent": False, "store_history": True, "stop_on_error": True}
        number, opened = self.send("shell", "execute_request", content), None
        while True:
            message = self.receive()
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "error":
                raise RuntimeError(f"{content['ename']}: {content['evalue']}")
            if kind == "comm_open" and "plan" in content["data"].get("state", {}):
                opened = content["comm_id"], content["data"]["state"]["plan"]
            mine = message["parent_header"].get("msg_id") == number
            if mine and kind == "status" and content["execution_state"] == "idle":
                return opened

    def move(self, widget):
        """Move a slider; each time, wait for the answer with its number."""
        channel, plan = widget
        (name,) = [name for name in ("weight", "z", "w1") if f"'{name}'" in str(plan)][:1]
        times = []
        for number in range(1, MOVES + 1):
            began = time.monotonic()
            data = {
                "method": "custom",
                "content": {"number": number, "events": [[name, number / 4]]},
            }
            self.send("shell", "comm_msg", {"comm_id": channel, "data": data})
            while True:
                message = self.receive()
                state = message["content"].get("data", {}).get("state", {}).get("state", {})
                if isinstance(state, dict) and state.get("number") == number:
                    break
            times.append(time.monotonic() - began)
        return times

    def receive(self):
        """The next message; one with a picture comes as bytes: a count, offsets, JSON, buffers."""
        message = self.socket.recv()
        if isinstance(message, bytes):
            start, end = (int.from_bytes(message[k : k + 4], "big") for k in (4, 8))
            message = message[start:end]
        return json.loads(message)

    def send(self, channel, kind, content):
        number = uuid.uuid4().hex
        header = {"msg_id": number, "username": self.name, "session": self.name, "msg_type": kind}
        header |= {"version": "5.3", "date": utcnow().isoformat()}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self.socket.send(json.dumps(message | {"channel": channel, "buffers": []}))
        return number


def memory(word):
    """Megabytes that each process with this word in its command has for itself or shares."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any(word in part for part in process.info["cmdline"] or ()):
            found.append(process.memory_full_info().pss / 1e6)
    return found


def told(name, values, unit):
    middle, worst = statistics.median(values), max(values)
    print(f"{name:44} median {middle:7.2f} {unit}   worst {worst:7.2f} {unit}")


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    named = sys.argv[2] if len(sys.argv) > 2 else "03b"
    (notebook,) = NOTEBOOKS.glob(f"{named}*.ipynb")
    folder = Path(tempfile.mkdtemp(prefix="hub-"))
    hub = Hub(folder)
    try:
        learners = [Learner(hub, f"learner{k:02d}", notebook) for k in range(1, n + 1)]
        with ThreadPoolExecutor(n) as pool:
            starts = list(pool.map(Learner.start, learners))
            runs = list(pool.map(Learner.run, learners))
        print(f"{n} learners, {notebook.stem}, {os.cpu_count()} cores")
        told("until a server is there", starts, "s ")
        told("to run all cells", [seconds for seconds, _ in runs], "s ")
        told("from a move to the new picture", [1000 * t for _, times in runs for t in times], "ms")
        told("memory of a learner's server", memory("jupyterhub-singleuser"), "MB")
        told("memory of a kernel", memory("ipykernel_launcher"), "MB")
    finally:
        hub.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
