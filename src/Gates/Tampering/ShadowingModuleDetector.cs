using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Tampering;

/// <summary>Detects new files that a language runtime loads in place of an existing module with the same name.</summary>
internal sealed class ShadowingModuleDetector
{
    /// <summary>Names of modules in Python's standard library and of common Python test tools.</summary>
    private static readonly HashSet<string> OfPython =
    [
        .. (
            "abc aifc argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect builtins bz2 "
            + "cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall concurrent "
            + "configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib "
            + "dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions "
            + "ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http imaplib "
            + "imghdr imp importlib inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox mailcap "
            + "marshal math mimetypes mmap modulefinder multiprocessing netrc nis nntplib numbers opcode operator optparse os "
            + "ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile "
            + "pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource "
            + "rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket "
            + "socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct "
            + "subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap threading time "
            + "timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle types typing unicodedata unittest "
            + "urllib uu uuid venv warnings wave weakref webbrowser wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib "
            + "zoneinfo "
            + "pytest pluggy iniconfig hypothesis mock nose coverage tox packaging"
        ).Split(' ', StringSplitOptions.RemoveEmptyEntries),
    ];

    /// <summary>Folders of installed packages, which are not committed.</summary>
    private static readonly string[] Installed = ["node_modules", "site-packages", ".venv", "venv"];

    /// <summary>Folders that are usually on Python's module search path.</summary>
    private static readonly string[] Roots = ["", "src", "lib", "python"];

    private readonly IReadOnlySet<string> _before;
    private readonly HashSet<string> _folders;

    /// <summary>Indexes the files that existed before the work, and the folders from which Python loads modules.</summary>
    /// <param name="before">Files before the work.</param>
    /// <param name="changed">Files that the work changed.</param>
    /// <param name="called">Scripts that gates call. A script's folder is on the module path.</param>
    public ShadowingModuleDetector(IReadOnlySet<string> before, IReadOnlyList<ChangedFile> changed, IEnumerable<string> called)
    {
        _before = before;
        _folders = before
            .Concat(changed.Where(file => file.Change == FileChange.Added).Select(file => file.Path))
            .Where(path => Ecosystems.Python.IsTest(path))
            .Concat(called)
            .Select(FolderOf)
            .Concat(Roots)
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>
    /// Returns a description of the module that a file shadows and that would otherwise be loaded, or null if no such module is known.
    /// </summary>
    /// <param name="kinds">Ecosystems whose programs may load the file.</param>
    public string? Hides(ChangedFile file, IReadOnlyList<Ecosystem> kinds)
    {
        if (file.Change == FileChange.Deleted)
        {
            return null;
        }
        var parts = file.Path.Split('/');
        if (Array.Find(Installed, folder => parts.Contains(folder)) is { } installed && kinds.Any(kind => kind.Sources.Count > 0))
        {
            return _before.Any(path => path.Split('/').Contains(installed)) ? null : "an installed package";
        }
        if (file.Change != FileChange.Added)
        {
            return null;
        }
        if (parts[0] == "__mocks__" && parts.Length > 1 && kinds.Any(kind => kind.Programs.Contains("jest")))
        {
            return $"the package '{FileNameEncoding.Show(Path.GetFileNameWithoutExtension(parts[^1]))}'";
        }
        return kinds.Any(kind => kind.Programs.Contains("pytest")) ? HidesModule(file.Path) : null;
    }

    private string? HidesModule(string path)
    {
        if (!path.EndsWith(".py", StringComparison.Ordinal))
        {
            return null;
        }
        var file = path.EndsWith("/__init__.py", StringComparison.Ordinal) ? FolderOf(path) : path[..^".py".Length];
        var (folder, name) = (FolderOf(file), Path.GetFileName(file));

        // The folder of a package is not on the module path, because its modules are loaded by the name of the package.
        if (!_folders.Contains(folder) || _before.Contains(In(folder, "__init__.py")) || name.StartsWith("__", StringComparison.Ordinal))
        {
            return null;
        }
        if (OfPython.Contains(name))
        {
            return $"the Python module '{name}'";
        }
        return Roots
            .Where(root => root != folder)
            .SelectMany(root => new[] { In(root, name + ".py"), In(root, name + "/__init__.py") })
            .Where(_before.Contains)
            .Select(other => $"'{FileNameEncoding.Show(other)}'")
            .FirstOrDefault();
    }

    private static string In(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";

    private static string FolderOf(string path) => Path.GetDirectoryName(path) ?? "";
}
