using System.Collections.Concurrent;

namespace Orchestrator.Processes;

/// <summary>The program <c>bwrap</c>: starts another one in a <see cref="Sandbox"/>. It needs no privileges, but a kernel that allows user
/// namespaces.</summary>
public sealed class Bubblewrap
{
    /// <summary>A link that is there in every sandbox of ours and nowhere else.</summary>
    public const string Mark = "/run/orchestrate-sandbox";

    /// <summary>The path of <see cref="SandboxNetwork.Socket"/> in a sandbox.</summary>
    public const string NetworkSocket = "/run/orchestrate-network";

    /// <summary>The exit code of a sandbox whose network could not be opened: its program was not started.</summary>
    public const int NetworkFailed = 96;

    private const string DeviceFolder = "/dev/";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, Task<BubblewrapCheck>> _known = new(StringComparer.Ordinal);

    /// <summary>Whether this process runs in a sandbox of ours.</summary>
    public static bool IsInside => new FileInfo(Mark).LinkTarget is not null;

    /// <summary>Finds the program and tests once whether it works here; a failed test is repeated the next time.</summary>
    /// <param name="path">Folders to search, as in PATH; null for our PATH.</param>
    public async Task<BubblewrapCheck> CheckAsync(string? path = null)
    {
        if (ProgramLocator.Find("bwrap", path) is not { } program)
        {
            return new BubblewrapCheck(null, "");
        }
        var check = await _known.GetOrAdd(program, TryAsync);
        if (check.Program is null)
        {
            _known.TryRemove(program, out _);
        }
        return check;
    }

    /// <summary>The arguments before a program in a sandbox. It has processes, temporary files and devices of its own, no capabilities even
    /// as root, and the machine's network unless it has one of its own. Later mounts lie on earlier ones: the innermost path
    /// decides.</summary>
    /// <param name="sandbox">What it can reach.</param>
    public static IReadOnlyList<string> Words(Sandbox sandbox) =>
        [
            sandbox.Program,
            "--unshare-pid",
            "--unshare-ipc",
            "--cap-drop",
            "ALL",
            "--ro-bind",
            "/",
            "/",
            "--dev",
            "/dev",
            "--proc",
            "/proc",
            .. Sandbox.PrivateFolders.Where(IsFolder).SelectMany(Empty),
            "--symlink",
            "sandbox",
            Mark,
            .. sandbox.RuntimeFolder is { } runtime ? (string[])["--perms", "0700", "--dir", runtime] : [],
            .. Sandbox.SharedRuntime.Where(Path.Exists).SelectMany(path => Bind("--ro-bind", path)),
            .. Mounts(sandbox)
                .OrderBy(mount => mount.Path, StringComparer.Ordinal)
                .ThenBy(mount => mount.Rank)
                .SelectMany(mount => mount.Words),
            .. sandbox.Network is { } network ? (string[])["--unshare-net", "--ro-bind", network.Socket, NetworkSocket] : [],
            "--",
            .. sandbox.Network is { } door ? Opening(door.Opener) : [],
        ];

    // The opener's words are counted, not quoted: they and the program's are arguments of the shell.
    private static string[] Opening(IReadOnlyList<string> opener) =>
        [
            "/bin/sh",
            "-c",
            string.Join(' ', Enumerable.Range(1, opener.Count).Select(word => $"\"${{{word}}}\""))
                + $" </dev/null || exit {NetworkFailed}\nshift {opener.Count}\nexec \"$@\"",
            "sh",
            .. opener,
        ];

    /// <summary>The arguments before a child of ours in a sandbox. Signals to its group are for the program inside: bubblewrap itself is
    /// deaf to them, and passes its exit code on.</summary>
    /// <param name="sandbox">What it can reach.</param>
    /// <param name="child">The program that follows.</param>
    public static IReadOnlyList<string> WordsForChild(Sandbox sandbox, string child) =>
        [
            "/bin/sh",
            "-c",
            "trap '' INT TERM; exec \"$@\"",
            "sh",
            .. Words(sandbox),
            .. s_envRestoresSignals && !child.Contains('=', StringComparison.Ordinal)
                ? (string[])["env", RestoreSignals]
                : ["/bin/sh", "-c", Hearing, "sh"],
        ];

    // env of busybox can't restore signals; programs that it starts must be killed. The inner shell keeps env from taking a program with
    // "=" in its path for a variable.
    private const string RestoreSignals = "--default-signal=INT,TERM";
    private const string Hearing = $"""
        env {RestoreSignals} true 2>/dev/null && exec env {RestoreSignals} sh -c 'exec "$@"' sh "$@"
        exec "$@"
        """;

    // Found with the program, so that not every start has to ask: three processes less.
    private static volatile bool s_envRestoresSignals;

    private static IEnumerable<(string Path, int Rank, IEnumerable<string> Words)> Mounts(Sandbox sandbox)
    {
        LayeredFolder[] layers = [.. sandbox.Layers.Where(layer => Directory.Exists(layer.Path))];
        // One in a layer would be seen through it. Those of the system come first of all: their names may be links.
        string[] empty = [.. Sandbox.PrivateFolders.Where(IsFolder).Where(folder => layers.Any(layer => IsBelow(folder, layer.Path)))];
        var visible = sandbox.Visible.Where(Path.Exists).SelectMany(WithLinks).Distinct(StringComparer.Ordinal).ToArray();
        (string Path, int Rank, IEnumerable<string> Words)[] others =
        [
            .. empty.Select(folder => (folder, -2, (IEnumerable<string>)Empty(folder))),
            .. visible
                .Where(path => !visible.Concat(sandbox.Writable).Any(other => IsBelow(path, other)))
                .Select(path => (path, -1, (IEnumerable<string>)Show(path))),
            .. sandbox.Substitutes.Select(other =>
                (other.Path, 1, (IEnumerable<string>)[other.IsWritable ? "--bind" : "--ro-bind", other.Source, other.Path])
            ),
            .. sandbox
                .Writable.Where(Path.Exists)
                .Select(path =>
                    (
                        path,
                        1,
                        (IEnumerable<string>)Bind(path.StartsWith(DeviceFolder, StringComparison.Ordinal) ? "--dev-bind" : "--bind", path)
                    )
                ),
            .. sandbox.ReadOnly.Where(Path.Exists).Select(path => (path, 2, (IEnumerable<string>)Bind("--ro-bind", path))),
        ];
        var covered = layers.Select(layer => layer.Path).Concat(others.Select(other => other.Path)).ToHashSet(StringComparer.Ordinal);
        return layers.Select(layer => (layer.Path, 0, Layer(layer, covered))).Concat(others);
    }

    // A path and, where it is a link, all that it leads over in folders that are empty otherwise.
    private static IEnumerable<string> WithLinks(string path) =>
        new FileInfo(path) is { LinkTarget: not null } link && link.ResolveLinkTarget(returnFinalTarget: false) is { } next
            ? Sandbox.IsPrivate(next.FullName)
                ? [path, .. WithLinks(next.FullName)]
                : [path]
            : [path];

    // A link can't be mounted on: it is made again.
    private static string[] Show(string path) =>
        new FileInfo(path).LinkTarget is { } target ? ["--symlink", target, path] : Bind("--ro-bind", path);

    private static string[] Bind(string how, string path) => [how, path, path];

    private static string[] Empty(string folder) => ["--perms", "1777", "--tmpfs", folder];

    private static bool IsBelow(string path, string folder) => path.StartsWith(folder + "/", StringComparison.Ordinal);

    // A link to a folder is covered where that folder is.
    private static bool IsFolder(string path) => new DirectoryInfo(path) is { Exists: true, LinkTarget: null };

    // A mount costs 0.1 ms and more with each that is there already: what another one covers needs none of its own.
    private static IEnumerable<string> Layer(LayeredFolder layer, HashSet<string> covered) =>
        [
            "--perms",
            "0700",
            "--tmpfs",
            layer.Path,
            .. new DirectoryInfo(layer.Path)
                .EnumerateFileSystemInfos()
                .Where(entry => !layer.Without.Contains(entry.Name))
                .OrderBy(entry => entry.Name, StringComparer.Ordinal)
                .SelectMany(entry =>
                    entry.LinkTarget is { } target ? ["--symlink", target, entry.FullName]
                    : covered.Contains(entry.FullName) ? []
                    : (string[])["--ro-bind-try", entry.FullName, entry.FullName]
                ),
        ];

    private const string Attempt = $"""
        echo x 2>/dev/null >closed && exit 9
        env {RestoreSignals} true 2>/dev/null && echo restores
        [ -L "$0" ] && echo x >open/file
        """;

    private static async Task<BubblewrapCheck> TryAsync(string program)
    {
        var folder = Directory.CreateTempSubdirectory("orchestrate-bwrap-").FullName;
        try
        {
            var open = Directory.CreateDirectory(Path.Combine(folder, "open")).FullName;
            var tried = await new ProcessRunner().RunAsync(
                new ProcessCommand("/bin/sh", "-c", Attempt, Mark)
                {
                    WorkingDirectory = folder,
                    Sandbox = new Sandbox(program) { Visible = [folder], Writable = [open] },
                    Timeout = Limit,
                }
            );
            s_envRestoresSignals = tried.StandardOutput.Text.Contains("restores", StringComparison.Ordinal);
            return tried.Succeeded && File.Exists(Path.Combine(open, "file"))
                ? new BubblewrapCheck(program, "")
                : new BubblewrapCheck(
                    null,
                    $"{program} is there but does not work here (exit code {tried.ExitCode}: {tried.StandardError.Text.Trim()})."
                );
        }
        catch (ProcessStartException unstartable)
        {
            return new BubblewrapCheck(null, unstartable.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>Whether programs can be confined here.</summary>
/// <param name="Program">Absolute path of a working program; null where there is none.</param>
/// <param name="Problem">Why the installed one does not work; empty where it does, or none is installed.</param>
public sealed record BubblewrapCheck(string? Program, string Problem);
