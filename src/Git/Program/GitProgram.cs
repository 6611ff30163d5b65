using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Git.Program;

/// <summary>The installed git program. Runs git calls with the options that all calls share.</summary>
public sealed partial class GitProgram
{
    /// <summary>Oldest supported version. <c>merge-tree --write-tree</c> and its <c>-z</c> output need 2.38; the oldest tested version is
    /// 2.39.</summary>
    public static readonly Version OldestVersion = new(2, 39);

    // Disables the user's hooks and helpers, background work, and user settings that would change the output to parse or the content to
    // write.
    private static readonly string[] CommonSettings =
    [
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "commit.gpgSign=false",
        "gc.auto=0",
        "maintenance.auto=false",
        "submodule.recurse=false",
        "i18n.commitEncoding=UTF-8",
        "i18n.logOutputEncoding=UTF-8",
        "advice.addEmbeddedRepo=false",
    ];

    // Syncs objects to disk before a ref names them, and syncs a ref before it is reported.
    private static readonly string[] WriteSettings = ["core.fsync=committed,reference,index", "core.fsyncMethod=batch"];

    // These variables are inherited if a hook or another git tool started the process. They would redirect calls to another repository.
    private static readonly string[] ForeignVariables =
    [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_NAMESPACE",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_CONFIG",
        "GIT_CONFIG_PARAMETERS",
        "GIT_CONFIG_COUNT",
        "GIT_EXTERNAL_DIFF",
        "GIT_DIFF_OPTS",
        "GIT_LITERAL_PATHSPECS",
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
        "GIT_CEILING_DIRECTORIES",
        "GIT_DEFAULT_HASH",
        "GIT_TRACE",
        "GIT_REFLOG_ACTION",
        "GIT_AUTHOR_DATE",
        "GIT_COMMITTER_DATE",
        "GIT_ATTR_SOURCE",
    ];

    /// <summary>Kind of git call, by its effect on the repository.</summary>
    private enum GitCommandKind
    {
        Read,
        Objects,
        Write,
    }

    private readonly ProcessRunner _runner;
    private readonly string _path;

    private GitProgram(ProcessRunner runner, string path, Version version)
    {
        _runner = runner;
        _path = path;
        Version = version;
    }

    /// <summary>Version of the git program.</summary>
    public Version Version { get; }

    /// <summary>Time limit of a single call. The longest call is the first checkout of a large repository.</summary>
    /// <value>Default: 15 minutes.</value>
    public TimeSpan Timeout { get; } = TimeSpan.FromMinutes(15);

    /// <summary>Maximum time to wait for another process to release a lock file.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan LockPatience { get; private init; } = TimeSpan.FromSeconds(10);

    /// <summary>Finds git and checks its version.</summary>
    /// <param name="runner">Runner that starts the processes, or null to create one.</param>
    /// <param name="path">Name or path of the program.</param>
    /// <param name="lockPatience">Value of <see cref="LockPatience"/>, or null for its default.</param>
    /// <exception cref="GitUnavailableException">Git is missing or too old.</exception>
    public static async Task<GitProgram> FindAsync(
        ProcessRunner? runner = null,
        string path = "git",
        TimeSpan? lockPatience = null,
        CancellationToken cancellationToken = default
    )
    {
        runner ??= new ProcessRunner();
        ProcessResult result;
        try
        {
            result = await runner.RunAsync(
                new ChildProcessOptions(path, "version") { Timeout = TimeSpan.FromMinutes(1) },
                cancellationToken
            );
        }
        catch (ProcessStartException e)
        {
            throw new GitUnavailableException($"git is not available: {e.Message} Install git {OldestVersion} or newer.", e);
        }
        var match = VersionPattern().Match(result.StandardOutput.Text);
        if (!result.Succeeded || !match.Success)
        {
            throw new GitUnavailableException(
                $"'{path} version' ended with exit code {result.ExitCode} and printed '{result.StandardOutput.Text.Trim()}' "
                    + $"{result.StandardError.Text.Trim()}, so this git program can't be used."
            );
        }
        var version = new Version(
            int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
            int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture),
            match.Groups[3].Success ? int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture) : 0
        );

        // Later calls use the full path, because searching PATH costs as much as a small call.
        return version >= OldestVersion
            ? new GitProgram(runner, ProgramLocator.Find(path) ?? path, version) { LockPatience = lockPatience ?? TimeSpan.FromSeconds(10) }
            : throw new GitUnavailableException(
                $"git {version} is too old: {OldestVersion} or newer is needed. Update git, then run again."
            );
    }

    /// <summary>Runs a call that changes nothing and takes no lock.</summary>
    internal Task<GitCommandResult> ReadAsync(GitCommandInvocation call, CancellationToken cancellationToken) =>
        RunAsync(call, GitCommandKind.Read, mark: null, cancellationToken);

    /// <summary>
    /// Runs a call that only adds objects. Git names objects by their content and renames them into place, so the call takes no lock.
    /// Objects left behind by a killed call are either complete or ignored, so the call needs neither a recorded intent nor protection from
    /// Ctrl-C.
    /// </summary>
    internal Task<GitCommandResult> AddObjectsAsync(GitCommandInvocation call, CancellationToken cancellationToken) =>
        RunAsync(call, GitCommandKind.Objects, mark: null, cancellationToken);

    /// <summary>Runs a call that may change the repository. Cancellation does not interrupt the call, because a partial write is
    /// useless.</summary>
    internal Task<GitCommandResult> WriteAsync(GitCommandInvocation call, string mark) =>
        RunAsync(call, GitCommandKind.Write, mark, CancellationToken.None);

    private async Task<GitCommandResult> RunAsync(
        GitCommandInvocation call,
        GitCommandKind kind,
        string? mark,
        CancellationToken cancellationToken
    )
    {
        var command = new ChildProcessOptions(_path, Options(call, kind))
        {
            WorkingDirectory = call.Directory,
            Environment = EnvironmentOf(call, kind),
            Input = call.Input,
            StandardOutput = ProcessOutputTargets.Capture(call.OutputLimit),
            Timeout = Timeout,
            OwnSession = kind == GitCommandKind.Write || call.OwnSession, // Ctrl-C at the terminal must not interrupt a write.
            Mark = mark,
        };
        ProcessResult result;
        try
        {
            result = await _runner.RunAsync(command, cancellationToken);
        }
        catch (ProcessStartException e)
        {
            throw e.Failure == ProcessStartFailure.WorkingDirectoryMissing
                ? new GitException($"{Describe(call)} was not started, because the folder '{call.Directory}' is missing.", inner: e)
                : new GitUnavailableException($"git is not available: {e.Message}", e);
        }
        var errorText = result.StandardError.Text.Trim();
        if (result.TimedOut)
        {
            throw new GitException(
                $"{Describe(call)} did not end within {Timeout} and was stopped. {errorText}",
                result.ExitCode,
                errorText
            );
        }
        if (!call.AnswerCodes.Contains(result.ExitCode))
        {
            throw new GitException(
                $"{Describe(call)} ended with exit code {result.ExitCode}: {(errorText.Length == 0 ? "(no message)" : errorText)}",
                result.ExitCode,
                errorText
            );
        }
        if (result.StandardOutput.IsTruncated && !call.MayBeCut)
        {
            throw new GitException(
                $"{Describe(call)} printed {Plural.Of(result.StandardOutput.TotalBytes, "byte")}; the limit is {call.OutputLimit}."
            );
        }
        return new GitCommandResult(result.ExitCode, result.StandardOutput.Bytes, result.StandardOutput.IsTruncated, errorText);
    }

    private static string Describe(GitCommandInvocation call) =>
        $"'{new ChildProcessOptions("git", call.Arguments)}' in '{call.Directory}'";

    private static IEnumerable<string> Options(GitCommandInvocation call, GitCommandKind kind) =>
        CommonSettings
            .Concat(kind == GitCommandKind.Read ? [] : WriteSettings)
            .Concat(call.Settings)
            .SelectMany(setting => (string[])["-c", setting])
            .Concat(call.Arguments);

    private static Dictionary<string, string?> EnvironmentOf(GitCommandInvocation call, GitCommandKind kind)
    {
        var environment = ForeignVariables.ToDictionary(name => name, _ => (string?)null);
        environment["GIT_NO_REPLACE_OBJECTS"] = "1"; // Reads the original objects, regardless of refs/replace/.
        environment["LC_ALL"] = "C";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_PROXY_COMMAND"] = ""; // core.gitProxy can't be overridden by a setting, because git uses its first value.
        environment["GIT_OPTIONAL_LOCKS"] = kind == GitCommandKind.Write ? null : "0";
        foreach (var (name, value) in call.Environment)
        {
            environment[name] = value;
        }
        return environment;
    }

    [GeneratedRegex(@"^git version (\d+)\.(\d+)(?:\.(\d+))?", RegexOptions.CultureInvariant)]
    private static partial Regex VersionPattern();
}
