using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>The program <c>bwrap</c>, which starts another program in a <see cref="Sandbox"/>. It needs no privileges, but requires a
/// kernel that allows user namespaces.</summary>
public sealed partial class Bubblewrap
{
    /// <summary>Path of a symbolic link that exists only in sandboxes of the orchestrator.</summary>
    public const string Mark = "/run/orchestrate-sandbox";

    /// <summary>Target of the link <see cref="Mark"/>.</summary>
    internal const string MarkTarget = "sandbox";

    /// <summary>Path in a sandbox at which <see cref="SandboxNetwork.Socket"/> is mounted.</summary>
    public const string NetworkSocket = "/run/orchestrate-network";

    /// <summary>Exit code of a sandbox whose network could not be opened, so that its program was not started.</summary>
    public const int NetworkFailed = 96;

    // Opened by the shell that starts bubblewrap, which reads and closes it. Shells support no descriptor above 9.
    private const string FilterDescriptor = "9";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, Task<bool>> _overlays = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task<BubblewrapCheck>> _known = new(StringComparer.Ordinal);

    /// <summary>True if this process runs in a sandbox of the orchestrator.</summary>
    public static bool IsInside => new FileInfo(Mark).LinkTarget is not null;

    /// <summary>
    /// Finds bubblewrap and tests whether it works on this machine. A successful test is cached, and a failed test is repeated by the next
    /// call.
    /// </summary>
    /// <param name="path">Folders to search, in the form of PATH, or null for the PATH of this process.</param>
    public async Task<BubblewrapCheck> CheckAsync(string? path = null) =>
        ProgramLocator.Find("bwrap", path) is { } program ? await CheckOnceAsync(new Sandbox(program)) : new BubblewrapCheck(null, "");

    /// <summary>Performs the same check as <c>CheckAsync</c>, but on a program that creates sandboxes in place of bubblewrap.</summary>
    /// <param name="runner">Program and arguments.</param>
    /// <param name="path">Folders to search, in the form of PATH, or null for the PATH of this process.</param>
    /// <param name="repository">Folder against which a relative program path is resolved.</param>
    public async Task<BubblewrapCheck> CheckRunnerAsync(IReadOnlyList<string> runner, string? path, string repository) =>
        ProgramLocator.Find(runner[0], path, repository) is { } program
            ? await CheckOnceAsync(new Sandbox(program) { Runner = [program, .. runner.Skip(1)] })
            : new BubblewrapCheck(null, $"The program '{runner[0]}' in permissions.runner does not exist or is not executable.");

    private async Task<BubblewrapCheck> CheckOnceAsync(Sandbox sandbox)
    {
        var key = string.Join('\n', sandbox.Runner.DefaultIfEmpty(sandbox.Program));
        var check = await _known.GetOrAdd(key, _ => TryAsync(sandbox));
        if (check.Program is null)
        {
            _known.TryRemove(key, out _);
        }
        return check;
    }

    /// <summary>
    /// True if the kernel lets this user mount overlays that store their changes in the given folder. The result is cached for each folder.
    /// </summary>
    /// <param name="program">Absolute path of bubblewrap.</param>
    /// <param name="folder">Absolute path of our own folder on the disk to test.</param>
    public Task<bool> CanOverlayAsync(string program, string folder) =>
        OverlayMounts.CanHold(folder)
            ? _overlays.GetOrAdd($"{program}\n{folder}", _ => TryOverlayAsync(program, folder))
            : Task.FromResult(false);

    /// <summary>
    /// Returns the bubblewrap command line that precedes the program to run in a sandbox. The sandbox has its own processes, temporary
    /// files and devices, and no capabilities even for root. The sandbox uses the host's network unless it has a separate network. Later
    /// mounts cover earlier ones, so the innermost mount determines access to a path. Bubblewrap reads the system-call filter from file
    /// descriptor 9.
    /// </summary>
    /// <param name="sandbox">Files that the program can access.</param>
    public static IReadOnlyList<string> CreateArguments(Sandbox sandbox) =>
        [
            .. sandbox.Overlays is { } overlays ? MountArguments(sandbox.Program, overlays.File) : [],
            sandbox.Program,
            .. sandbox.Overlays is null ? [] : OwnUserWords,
            "--unshare-pid",
            "--unshare-ipc",
            "--cap-drop",
            "ALL",
            .. sandbox.Filter is null ? [] : (string[])["--seccomp", FilterDescriptor],
            "--dev",
            "/dev",
            "--proc",
            "/proc",
            .. SandboxMounts.Of(sandbox).SelectMany(mount => mount.Words),
            "--symlink",
            MarkTarget,
            Mark,
            .. sandbox.Network is { } network ? (string[])["--unshare-net", "--ro-bind", network.Socket, NetworkSocket] : [],
            .. SandboxMounts.Closing(sandbox),
            .. sandbox.Variables.SelectMany(variable => (string[])["--setenv", variable.Key, variable.Value]),
            "--",
            .. sandbox.Network is { } door ? Opening(door.Opener) : [],
        ];

    // The opener's arguments are counted instead of quoted, because they are passed to the shell as arguments together with those of the
    // program.
    private static string[] Opening(IReadOnlyList<string> opener) =>
        [
            "/bin/sh",
            "-c",
            string.Join(' ', Enumerable.Range(1, opener.Count).Select(word => $"\"${{{word}}}\""))
                + $" </dev/null || exit {NetworkFailed}\nshift {opener.Count}\nexec \"$@\"",
            "sh",
            .. opener,
        ];

    /// <summary>
    /// Returns the command line that precedes a child process in a sandbox. Bubblewrap ignores SIGINT and SIGTERM, so only the program
    /// inside reacts if these are sent to the process group. Bubblewrap forwards the exit code of the program.
    /// </summary>
    /// <param name="sandbox">Files that the child can access.</param>
    /// <param name="child">The program that follows.</param>
    /// <param name="variables">Names of the child's environment variables.</param>
    public static IReadOnlyList<string> WordsForChild(Sandbox sandbox, string child, IEnumerable<string> variables) =>
        sandbox.Runner.Count > 0
            ? [.. sandbox.Runner, SandboxDefinitionJsonFormatter.Of(sandbox, variables)]
            :
            [
                "/bin/sh",
                "-c",
                $"trap '' INT TERM; exec \"$@\""
                    + (sandbox.Filter is { } filter ? $" {FilterDescriptor}<{ChildProcessOptions.Quote(filter)}" : ""),
                "sh",
                .. CreateArguments(sandbox),
                .. s_envRestoresSignals && !child.Contains('=', StringComparison.Ordinal)
                    ? (string[])["env", RestoreSignals]
                    : ["/bin/sh", "-c", Hearing, "sh"],
            ];

    // The env of BusyBox can't restore signals, so programs that it starts can only be stopped by SIGKILL. The inner shell prevents env
    // from treating a program with "=" in its path as a variable.
    private const string RestoreSignals = "--default-signal=INT,TERM";
    private const string Hearing = $"""
        env {RestoreSignals} true 2>/dev/null && exec env {RestoreSignals} sh -c 'exec "$@"' sh "$@"
        exec "$@"
        """;

    // Determined when the program is found, which saves three processes per start.
    private static volatile bool s_envRestoresSignals;

    // Outside the sandbox, PATH is not searched, because PATH may contain a folder of the worktree.
    private static readonly Lazy<string> s_mount = new(() => ProgramLocator.Find("mount", SystemPath) ?? "/bin/mount");
    private const string SystemPath = "/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>True if this process runs as root.</summary>
    internal static bool IsRoot => Geteuid() == 0;

    // Only root of a user namespace may mount. Bubblewrap creates this namespace too, because some hosts allow user namespaces only to
    // certain programs, such as bubblewrap.
    private const string Mounting = """
        "$1" -a -T "$0" || { echo 'bwrap: overlays can not be mounted (see the line above)' >&2; exit 1; }
        shift
        exec "$@"
        """;

    private static string[] MountArguments(string program, string table) =>
        [
            program,
            "--dev-bind",
            "/",
            "/",
            .. IsRoot ? [] : (string[])["--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "ALL"],
            "--",
            "/bin/sh",
            "-c",
            Mounting,
            table,
            s_mount.Value,
        ];

    private static string[] OwnUserWords =>
        Geteuid() is var user && user == 0
            ? []
            :
            [
                "--unshare-user",
                "--uid",
                user.ToString(CultureInfo.InvariantCulture),
                "--gid",
                Getegid().ToString(CultureInfo.InvariantCulture),
            ];

    private const string Attempt = $"""
        echo x 2>/dev/null >closed && exit 9
        env {RestoreSignals} true 2>/dev/null && echo restores
        [ -L "$0" ] && echo x >open/file
        """;

    private const string OverlayAttempt = """
        cat "$0/file" && echo private >"$0/file" && cat "$0/file" && rmdir "$0/folder" && mkdir "$0/folder" && mv "$0/folder" "$0/moved"
        """;

    private static async Task<bool> TryOverlayAsync(string program, string folder)
    {
        var own = Path.Combine(OrchestratorFolderCreator.Ensure(folder), $".try-{Guid.NewGuid():N}");
        try
        {
            var shared = OrchestratorFolderCreator.Ensure(Path.Combine(own, "shared"));
            OrchestratorFolderCreator.Ensure(Path.Combine(shared, "folder"));
            SymlinkSafeFileWriter.Write(Path.Combine(shared, "file"), "shared"u8);
            var tried = await new ProcessRunner().RunAsync(
                new ChildProcessOptions("/bin/sh", "-c", OverlayAttempt, shared)
                {
                    Sandbox = new Sandbox(program) { Overlays = OverlayMounts.Make(Path.Combine(own, "layer"), [shared], []) },
                    Timeout = Limit,
                }
            );
            return tried.Succeeded
                && tried.StandardOutput.Text == "sharedprivate\n"
                && await File.ReadAllTextAsync(Path.Combine(shared, "file")) == "shared";
        }
        catch (ProcessStartException)
        {
            return false; // Ignored, because the check of bubblewrap itself reports the reason.
        }
        finally
        {
            FolderRemover.Remove(own);
        }
    }

    private static async Task<BubblewrapCheck> TryAsync(Sandbox sandbox)
    {
        var program = sandbox.Program;
        var folder = Directory.CreateTempSubdirectory("orchestrate-bwrap-").FullName;
        try
        {
            var open = Directory.CreateDirectory(Path.Combine(folder, "open")).FullName;
            var tried = await new ProcessRunner().RunAsync(
                new ChildProcessOptions("/bin/sh", "-c", Attempt, Mark)
                {
                    WorkingDirectory = folder,
                    Sandbox = sandbox with { Visible = [folder], Writable = [open] },
                    Timeout = Limit,
                }
            );
            s_envRestoresSignals = tried.StandardOutput.Text.Contains("restores", StringComparison.Ordinal);
            return tried.Succeeded && File.Exists(Path.Combine(open, "file"))
                ? new BubblewrapCheck(program, "")
                : new BubblewrapCheck(
                    null,
                    $"{program} is installed but does not work here (exit code {tried.ExitCode}: {tried.StandardError.Text.Trim()})."
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

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint Geteuid();

    [LibraryImport("libc", EntryPoint = "getegid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint Getegid();
}

/// <summary>Result of checking whether programs can be sandboxed on this host.</summary>
/// <param name="Program">Absolute path of a working program, or null if none works.</param>
/// <param name="Problem">Reason why the installed program does not work, or empty if it works or none is installed.</param>
public sealed record BubblewrapCheck(string? Program, string Problem);
