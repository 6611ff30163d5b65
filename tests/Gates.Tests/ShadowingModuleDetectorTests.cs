using Orchestrator.Gates.Tampering;
using Orchestrator.Git.Commits;
using Orchestrator.Plans;

namespace Orchestrator.Gates.Tests;

/// <summary>New files that hide a module of the language, of a runner or of the project from the tests.</summary>
public sealed class ShadowingModuleDetectorTests
{
    private const string PythonsOwn =
        "abc aifc argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect builtins bz2 "
        + "cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall concurrent "
        + "configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal "
        + "difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput "
        + "fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq "
        + "hmac html http imaplib imghdr imp importlib inspect io ipaddress itertools json keyword linecache locale "
        + "logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder multiprocessing netrc nis nntplib "
        + "numbers opcode operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib "
        + "poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri "
        + "random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil "
        + "signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat "
        + "statistics string stringprep struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib "
        + "tempfile termios textwrap threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty "
        + "turtle types typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser wsgiref xdrlib "
        + "xml xmlrpc zipapp zipfile zipimport zlib zoneinfo";

    private static readonly Ecosystem[] Python = [Ecosystems.Python];
    private static readonly Ecosystem[] JavaScript = [Ecosystems.JavaScript];

    [Fact]
    public void Hides_EachModuleOfPythonAndOfItsRunners_IsNamed() =>
        Assert.All(
            $"{PythonsOwn} pytest pluggy iniconfig hypothesis mock nose coverage tox packaging".Split(' '),
            module => Assert.Equal($"the Python module '{module}'", Hides($"{module}.py", Python))
        );

    [Theory]
    [InlineData("json/__init__.py", "the Python module 'json'")] // A folder is a module, too.
    [InlineData("src/json.py", "the Python module 'json'")]
    [InlineData("lib/json.py", "the Python module 'json'")]
    [InlineData("python/json.py", "the Python module 'json'")]
    [InlineData("tests/json.py", "the Python module 'json'")] // Beside tests that are there.
    [InlineData("tools/json.py", "the Python module 'json'")] // Beside a script that a gate calls.
    [InlineData("fresh/json.py", "the Python module 'json'")] // Beside a test that the work has added.
    [InlineData("app/json.py", null)] // In a package: it is app.json.
    [InlineData("deep/down/json.py", null)]
    [InlineData("json.txt", null)]
    [InlineData("greetings.py", null)]
    [InlineData("__main__.py", null)]
    [InlineData("tests/__init__.py", null)]
    [InlineData("orders.py", "'src/orders.py'")] // The project's own module, in another folder of the path.
    [InlineData("lib/orders.py", "'src/orders.py'")]
    [InlineData("src/billing.py", "'billing/__init__.py'")]
    [InlineData("src/orders.py", null)]
    public void Hides_NewFileOfPython_IsNamedWhereItIsOnTheModulePath(string path, string? hidden)
    {
        string[] before = ["src/orders.py", "billing/__init__.py", "app/__init__.py", "app/test_own.py", "tests/test_orders.py"];

        Assert.Equal(hidden, Hides(path, Python, before, called: ["tools/check.py"], alsoAdded: ["fresh/test_new.py"]));
    }

    [Theory]
    [InlineData(FileChange.Modified)]
    [InlineData(FileChange.Deleted)]
    public void Hides_FileThatWasThere_HidesNothingNew(FileChange change)
    {
        Assert.Null(Hides("json.py", Python, change: change));
        Assert.Null(Hides("__mocks__/fs.js", JavaScript, change: change));
    }

    [Fact]
    public void Hides_ModuleOfALanguageThatNoGateRuns_IsNone()
    {
        Assert.Null(Hides("json.py", JavaScript));
        Assert.Null(Hides("json.py", []));
        Assert.Equal("the Python module 'json'", Hides("json.py", [Ecosystems.JavaScript, Ecosystems.Python]));
    }

    [Theory]
    [InlineData("node_modules/jest/index.js")]
    [InlineData("a/node_modules/x.js")]
    [InlineData("lib/site-packages/pytest.py")]
    [InlineData(".venv/bin/pytest")]
    [InlineData("venv/bin/pytest")]
    public void Hides_FolderOfInstalledPackagesThatIsNotCommitted_IsNamed(string path)
    {
        Assert.Equal("an installed package", Hides(path, JavaScript));
        Assert.Equal("an installed package", Hides(path, [new Ecosystem("none") { Programs = [] }, Ecosystems.Python]));
        Assert.Equal("an installed package", Hides(path, Python, change: FileChange.Modified));
        Assert.Null(Hides(path, Python, change: FileChange.Deleted));
        Assert.Null(Hides(path, []));
        // Where packages are committed, a further one is ordinary work.
        var folder = path.Split('/').First(part => part is "node_modules" or "site-packages" or ".venv" or "venv");
        Assert.Null(Hides(path, JavaScript, before: [$"{folder}/other.js", "unrelated.txt"]));
    }

    [Theory]
    [InlineData("__mocks__/fs.js", "the package 'fs'")]
    [InlineData("__mocks__/deep/axios.ts", "the package 'axios'")]
    [InlineData("__mocks__", null)]
    [InlineData("src/__mocks__/own.js", null)] // Beside a module it replaces that module where a test asks for it.
    public void Hides_NewMockOfJest_IsNamedAtTheRoot(string path, string? hidden)
    {
        Assert.Equal(hidden, Hides(path, [Ecosystems.Python, Ecosystems.JavaScript]));
        Assert.Null(Hides(path, Python));
    }

    private static string? Hides(
        string path,
        IReadOnlyList<Ecosystem> kinds,
        IReadOnlyList<string>? before = null,
        IReadOnlyList<string>? called = null,
        IReadOnlyList<string>? alsoAdded = null,
        FileChange change = FileChange.Added
    )
    {
        var file = Changed(path, change);
        var modules = new ShadowingModuleDetector(
            (before ?? []).ToHashSet(StringComparer.Ordinal),
            [file, .. (alsoAdded ?? []).Select(added => Changed(added, FileChange.Added))],
            called ?? []
        );
        return modules.Hides(file, kinds);
    }

    private static ChangedFile Changed(string path, FileChange change) => new(path, change, "", "100644", "", "");
}
