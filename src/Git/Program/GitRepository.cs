using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Orchestrator.Git.Program;

/// <summary>
/// An open repository, with its paths and its configuration. Runs git calls on the repository and is safe for concurrent callers.
/// </summary>
public sealed class GitRepository
{
    /// <summary>Command that creates a repository with a first commit, so that runs can start in it.</summary>
    public const string BeginCommand = "git init && git commit --allow-empty -m start";

    /// <summary>Identity used for commits if git has no configured name or email address.</summary>
    public static readonly GitIdentity FallbackIdentity = new("orchestrate", "orchestrate@localhost");

    // Working directory of calls that need no checkout, so that attributes and other files of a checkout have no effect.
    private const string NoCheckout = "/";

    private readonly RepositoryInstanceSharedResources _shared;
    private readonly GitConfiguredProgramBlocker _programs;

    private GitRepository(
        GitProgram program,
        string commonDirectory,
        ConfigurationSnapshot? copy,
        RepositoryInstanceSharedResources? shared
    )
    {
        Program = program;
        CommonDirectory = commonDirectory;
        Copy = copy;
        Key = KeyOf(commonDirectory);
        _shared =
            shared ?? new RepositoryInstanceSharedResources(new GitWriteJournal(Path.Combine(OwnDirectory, "writes"), commonDirectory));
        _programs = new GitConfiguredProgramBlocker(this);
    }

    /// <summary>State of an open repository that all instances share, even if they use different configurations.</summary>
    private sealed class RepositoryInstanceSharedResources(GitWriteJournal notes)
    {
        public GitWriteJournal Notes { get; } = notes;

        public ConcurrentDictionary<Type, object> Parts { get; } = new();

        public IDisposable? Claim { get; set; }
    }

    /// <summary>The git program used for this repository.</summary>
    public GitProgram Program { get; }

    /// <summary>Real path of the directory that all worktrees share (usually <c>.git</c>).</summary>
    public string CommonDirectory { get; }

    /// <summary>First 12 hex digits of the SHA-256 of <see cref="CommonDirectory"/>. Identifies the repository in task queues, leases and
    /// caches.</summary>
    public string Key { get; }

    /// <summary>Folder of the main checkout, or null if the repository has none.</summary>
    public string? MainCheckout { get; private set; }

    /// <summary>True if the repository has no main checkout.</summary>
    public bool IsBare { get; private set; }

    /// <summary>True if the repository is a shallow clone.</summary>
    public bool IsShallow { get; private init; }

    /// <summary>Configuration snapshot that calls use. If null, each call reads the user's current configuration, and repository settings
    /// that would run a program are disabled.</summary>
    internal ConfigurationSnapshot? Copy { get; }

    /// <summary>Effective settings when the repository was opened, without settings that would run a program.</summary>
    public GitConfiguration Configuration { get; private set; } = GitConfiguration.None;

    /// <summary>
    /// Name and email address for commits, taken from the configured author or, if none is configured, from <see cref="FallbackIdentity"/>.
    /// </summary>
    public GitIdentity Identity => Configuration.Identity ?? FallbackIdentity;

    /// <summary>Returns a message that names the fallback identity if git has no identity configured, or null otherwise.</summary>
    public string? FindNameless() =>
        Identity == FallbackIdentity ? $"git has no author name configured; commits use {Identity.Name} <{Identity.Email}>." : null;

    /// <summary>Environment variables that set the identity for commits and merges. Git refuses to create a commit or a merge without an
    /// identity.</summary>
    internal IReadOnlyDictionary<string, string?> IdentityVariables =>
        new Dictionary<string, string?>
        {
            ["GIT_AUTHOR_NAME"] = Identity.Name,
            ["GIT_AUTHOR_EMAIL"] = Identity.Email,
            ["GIT_COMMITTER_NAME"] = Identity.Name,
            ["GIT_COMMITTER_EMAIL"] = Identity.Email,
        };

    /// <summary>Folder in the common directory for recorded intents, locks and temporary files of the orchestrator.</summary>
    internal string OwnDirectory => Path.Combine(CommonDirectory, "orchestrator");

    /// <summary>Opens the repository that contains a folder.</summary>
    /// <exception cref="NotARepositoryException">The folder is not inside a repository, or git refuses to open the repository.</exception>
    public static async Task<GitRepository> OpenAsync(GitProgram program, string path, CancellationToken cancellationToken = default)
    {
        if (!Directory.Exists(path))
        {
            throw new NotARepositoryException($"The folder '{path}' does not exist.");
        }

        // The queries that need a work tree come last, because git in a bare repository prints the other results before it fails.
        var answer = await program.ReadAsync(
            new GitCommandInvocation(
                path,
                [
                    "rev-parse",
                    "--path-format=absolute",
                    "--git-common-dir",
                    "--git-dir",
                    "--is-bare-repository",
                    "--is-shallow-repository",
                    "--show-toplevel",
                ]
            )
            {
                AnswerCodes = [0, 128],
            },
            cancellationToken
        );
        var lines = answer.Lines;
        if (lines.Length < 4)
        {
            throw new NotARepositoryException(
                $"'{path}' is not in a usable git repository: {answer.ErrorText} Change to a repository, or create one with: "
                    + BeginCommand
            );
        }
        var commonDirectory = RealPath(lines[0]);
        var repository = new GitRepository(program, commonDirectory, copy: null, shared: null) { IsShallow = lines[3] == "true" };
        await repository.ReadConfigurationAsync(cancellationToken);
        repository.IsBare = lines[2] == "true" || repository.Configuration.Get("core.bare") == "true";
        repository.MainCheckout = repository.IsBare ? null : FindMainCheckout(lines, commonDirectory, repository.Configuration);
        return repository;
    }

    /// <summary>Returns an instance for the same repository whose calls use a configuration snapshot.</summary>
    public async Task<GitRepository> WithConfigurationAsync(ConfigurationSnapshot copy, CancellationToken cancellationToken = default)
    {
        var repository = new GitRepository(Program, CommonDirectory, copy, _shared)
        {
            IsBare = IsBare,
            IsShallow = IsShallow,
            MainCheckout = MainCheckout,
        };
        await repository.ReadConfigurationAsync(cancellationToken);
        return repository;
    }

    private async Task ReadConfigurationAsync(CancellationToken cancellationToken) =>
        Configuration = GitConfiguration.Parse(await ReadAsync(Call("config", "--list", "-z"), cancellationToken));

    /// <summary>True if the object exists and is a commit. The result is not cached, because the object may be removed later.</summary>
    public async Task<bool> HasCommitAsync(string id, CancellationToken cancellationToken = default) =>
        (await ReadAsync(Call("cat-file", "-e", id + "^{commit}") with { AnswerCodes = [0, 1, 128] }, cancellationToken)).ExitCode == 0;

    /// <summary>Creates a git call on the repository that does not depend on any checkout.</summary>
    internal GitCommandInvocation Call(params IEnumerable<string> arguments) =>
        new(NoCheckout, [$"--git-dir={CommonDirectory}", .. arguments]) { GitDirectory = CommonDirectory };

    /// <inheritdoc cref="GitProgram.ReadAsync"/>
    internal async Task<GitCommandResult> ReadAsync(GitCommandInvocation call, CancellationToken cancellationToken) =>
        await Program.ReadAsync(await ConfinedAsync(call, cancellationToken), cancellationToken);

    /// <inheritdoc cref="GitProgram.AddObjectsAsync"/>
    internal async Task<GitCommandResult> AddObjectsAsync(GitCommandInvocation call, CancellationToken cancellationToken) =>
        await Program.AddObjectsAsync(await ConfinedAsync(call, cancellationToken), cancellationToken);

    /// <summary>
    /// Records an intent and then runs a git call that writes, so that leftovers of the call can be identified after a crash. Removes lock
    /// files of dead git processes with a recorded intent, and waits for any other lock file to be released.
    /// </summary>
    /// <exception cref="GitLockedException">Another process holds a lock file for longer than
    /// <see cref="GitProgram.LockPatience"/>.</exception>
    internal Task<GitCommandResult> WriteAsync(GitCommandInvocation call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _shared.Notes.RunAsync(
            $"{new ChildProcessOptions("git", call.Arguments)}",
            Program.LockPatience,
            async mark => await Program.WriteAsync(await ConfinedAsync(call, CancellationToken.None), mark),
            cancellationToken
        );
    }

    /// <summary>Adds to a git call the environment variables that override settings, so that the call runs no unapproved program.</summary>
    private async Task<GitCommandInvocation> ConfinedAsync(GitCommandInvocation call, CancellationToken cancellationToken) =>
        call.GitDirectory is not { } directory
            ? call
            : call with
            {
                Environment = new Dictionary<string, string?>([
                    .. await _programs.VariablesAsync(directory, cancellationToken),
                    .. call.Environment,
                ]),
            };

    /// <summary>Returns environment variables for a program that calls git on behalf of orchestrate, such as <c>gh</c>.</summary>
    public async Task<IReadOnlyDictionary<string, string?>> VariablesAsync(CancellationToken cancellationToken = default) =>
        await _programs.VariablesAsync(CommonDirectory, cancellationToken);

    /// <summary>
    /// Returns the instance of a type in which another part of the library keeps its state for this repository. One instance per type
    /// exists while the repository is open.
    /// </summary>
    internal T Part<T>()
        where T : class, new() => (T)_shared.Parts.GetOrAdd(typeof(T), _ => new T());

    /// <summary>Claims the repository for this process's PID namespace.</summary>
    /// <exception cref="GitException">Processes of another PID namespace (a container) work in the repository.</exception>
    internal async Task ClaimAsync(CancellationToken cancellationToken) =>
        _shared.Claim ??= await new SinglePidNamespaceRepositoryLock(this, ProcessIdentity.CurrentNamespace).ClaimAsync(cancellationToken);

    /// <summary>
    /// Waits for git writes that are still running although their owner process has ended. Stops them after <paramref name="limit"/>.
    /// </summary>
    internal Task WaitForOrphanedWritesAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        _shared.Notes.WaitForOrphanedWritesAsync(limit, cancellationToken);

    /// <summary>
    /// Removes lock files and recorded intents of orchestrate's own git processes that have died. Called before a run resumes after a
    /// crash.
    /// </summary>
    /// <returns>Paths of the removed lock files.</returns>
    public IReadOnlyList<string> RemoveLocksOfTheDead() => _shared.Notes.RemoveLocksOfTheDead();

    /// <summary>Removes lock files left by a process that called git directly and has ended, such as an agent.</summary>
    /// <param name="since">Start time of the process. Older lock files are left in place, because they belong to other processes.</param>
    public IReadOnlyList<string> RemoveLocksOfTheDead(DateTime since)
    {
        _shared.Notes.NoteEnded(since);
        return _shared.Notes.RemoveLocksOfTheDead();
    }

    private static string? FindMainCheckout(string[] lines, string commonDirectory, GitConfiguration configuration)
    {
        if (configuration.Get("core.worktree") is { } configured)
        {
            return Path.GetFullPath(configured, commonDirectory);
        }
        var gitDirectory = RealPath(lines[1]);
        if (gitDirectory == commonDirectory && lines.Length > 4)
        {
            return RealPath(lines[4]);
        }
        return Path.GetFileName(commonDirectory) == ".git" ? Path.GetDirectoryName(commonDirectory) : null;
    }

    /// <summary>Returns the <see cref="Key"/> of the repository with the given common directory.</summary>
    /// <param name="commonDirectory">Absolute path of the directory that all worktrees share.</param>
    public static string KeyOf(string commonDirectory) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(RealPath(commonDirectory))))[..12];

    /// <summary>Resolves the symbolic links in all parts of a path. Parts that do not exist are left unchanged.</summary>
    public static string RealPath(string path)
    {
        var real = "/";
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real, part);
            var link = new FileInfo(next);
            real = link.LinkTarget is null ? next : RealPath(link.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        }
        return real;
    }
}
