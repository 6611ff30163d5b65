using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Orchestrator.Git.Program;

/// <summary>A repository: its paths, its kind, and calls of git on it. Safe for concurrent callers.</summary>
public sealed class GitRepository
{
    /// <summary>The command that creates a repository in which runs can begin: one with a first commit.</summary>
    public const string BeginCommand = "git init && git commit --allow-empty -m start";

    /// <summary>The author of commits in repositories where git knows no name or address.</summary>
    public static readonly GitIdentity FallbackIdentity = new("orchestrate", "orchestrate@localhost");

    // Calls that need no files run here, so that no attributes or other files of a checkout have an effect.
    private const string NoCheckout = "/";

    private readonly Shared _shared;
    private readonly RepositoryPrograms _programs;

    private GitRepository(GitProgram program, string commonDirectory, ConfigurationCopy? copy, Shared? shared)
    {
        Program = program;
        CommonDirectory = commonDirectory;
        Copy = copy;
        Key = KeyOf(commonDirectory);
        _shared = shared ?? new Shared(new WriteIntents(Path.Combine(OwnDirectory, "writes"), commonDirectory));
        _programs = new RepositoryPrograms(this);
    }

    /// <summary>The state of an open repository that all calls share, whatever configuration they use.</summary>
    private sealed class Shared(WriteIntents notes)
    {
        public WriteIntents Notes { get; } = notes;

        public ConcurrentDictionary<Type, object> Parts { get; } = new();

        public IDisposable? Claim { get; set; }
    }

    /// <summary>The git program.</summary>
    public GitProgram Program { get; }

    /// <summary>The real path of the directory that all worktrees share (usually <c>.git</c>).</summary>
    public string CommonDirectory { get; }

    /// <summary>12 hex digits of the SHA-256 of <see cref="CommonDirectory"/>: this repository's name in task queues, leases and
    /// caches.</summary>
    public string Key { get; }

    /// <summary>The main checkout, if there is one.</summary>
    public string? MainCheckout { get; private set; }

    /// <summary>True if the repository has no main checkout.</summary>
    public bool IsBare { get; private set; }

    /// <summary>True if the history is cut off.</summary>
    public bool IsShallow { get; private init; }

    /// <summary>The configuration that calls go by; null: the person's as it is at each call, and nothing of the repository's own that
    /// would run a program.</summary>
    internal ConfigurationCopy? Copy { get; }

    /// <summary>The settings as they were when the repository was opened, without programs that do not count.</summary>
    public GitConfiguration Configuration { get; private set; } = GitConfiguration.None;

    /// <summary>The committer: the configured identity, or <see cref="FallbackIdentity"/>.</summary>
    public GitIdentity Identity => Configuration.Identity ?? FallbackIdentity;

    /// <summary>A note that no identity is configured, and which one is used; null where one is.</summary>
    public string? FindNameless() =>
        Identity == FallbackIdentity ? $"git knows no name for commits; they are made as {Identity.Name} <{Identity.Email}>." : null;

    /// <summary>The identity as variables for commits and merges: without one git refuses even to begin.</summary>
    internal IReadOnlyDictionary<string, string?> IdentityVariables =>
        new Dictionary<string, string?>
        {
            ["GIT_AUTHOR_NAME"] = Identity.Name,
            ["GIT_AUTHOR_EMAIL"] = Identity.Email,
            ["GIT_COMMITTER_NAME"] = Identity.Name,
            ["GIT_COMMITTER_EMAIL"] = Identity.Email,
        };

    /// <summary>Our own folder in the common directory, for notes, locks and temporary files.</summary>
    internal string OwnDirectory => Path.Combine(CommonDirectory, "orchestrator");

    /// <summary>Opens the repository that a folder is in.</summary>
    /// <exception cref="NotARepositoryException">There is none, or git refuses to open it.</exception>
    public static async Task<GitRepository> OpenAsync(GitProgram program, string path, CancellationToken cancellationToken = default)
    {
        if (!Directory.Exists(path))
        {
            throw new NotARepositoryException($"The folder '{path}' does not exist.");
        }

        // What needs a work tree comes last: in a bare repository git answers the rest before it fails.
        var answer = await program.ReadAsync(
            new GitCall(
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
                $"'{path}' is not in a git repository that can be used: {answer.ErrorText} Go to a repository, or make one with: "
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

    /// <summary>This repository with calls that go by a copy of git's configuration.</summary>
    public async Task<GitRepository> GoingByAsync(ConfigurationCopy copy, CancellationToken cancellationToken = default)
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

    /// <summary>True if the object exists and is a commit. Not cached, because it may be gone since.</summary>
    public async Task<bool> HasCommitAsync(string id, CancellationToken cancellationToken = default) =>
        (await ReadAsync(Call("cat-file", "-e", id + "^{commit}") with { AnswerCodes = [0, 1, 128] }, cancellationToken)).ExitCode == 0;

    /// <summary>A call without a checkout.</summary>
    internal GitCall Call(params IEnumerable<string> arguments) =>
        new(NoCheckout, [$"--git-dir={CommonDirectory}", .. arguments]) { GitDirectory = CommonDirectory };

    /// <inheritdoc cref="GitProgram.ReadAsync"/>
    internal async Task<GitOutput> ReadAsync(GitCall call, CancellationToken cancellationToken) =>
        await Program.ReadAsync(await ConfinedAsync(call, cancellationToken), cancellationToken);

    /// <inheritdoc cref="GitProgram.AddObjectsAsync"/>
    internal async Task<GitOutput> AddObjectsAsync(GitCall call, CancellationToken cancellationToken) =>
        await Program.AddObjectsAsync(await ConfinedAsync(call, cancellationToken), cancellationToken);

    /// <summary>Writes, after recording an intent, so that leftovers can be identified after a crash. A lock file in the way is removed if
    /// a recorded, dead process left it, otherwise waited for.</summary>
    /// <exception cref="GitLockedException">Another process holds a lock for longer than <see cref="GitProgram.LockPatience"/>.</exception>
    internal Task<GitOutput> WriteAsync(GitCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _shared.Notes.RunAsync(
            $"{new ProcessCommand("git", call.Arguments)}",
            Program.LockPatience,
            async mark => await Program.WriteAsync(await ConfinedAsync(call, CancellationToken.None), mark),
            cancellationToken
        );
    }

    /// <summary>A call with the configuration that counts.</summary>
    private async Task<GitCall> ConfinedAsync(GitCall call, CancellationToken cancellationToken) =>
        call.GitDirectory is not { } directory
            ? call
            : call with
            {
                Environment = new Dictionary<string, string?>([
                    .. await _programs.VariablesAsync(directory, cancellationToken),
                    .. call.Environment,
                ]),
            };

    /// <summary>Variables for a program that uses git by itself on our behalf, such as <c>gh</c>.</summary>
    public async Task<IReadOnlyDictionary<string, string?>> VariablesAsync(CancellationToken cancellationToken = default) =>
        await _programs.VariablesAsync(CommonDirectory, cancellationToken);

    /// <summary>State of another part of the library for this repository: one instance of each type, as long as the repository is
    /// open.</summary>
    internal T Part<T>()
        where T : class, new() => (T)_shared.Parts.GetOrAdd(typeof(T), _ => new T());

    /// <summary>Claims the repository for this process's PID namespace.</summary>
    /// <exception cref="GitException">Processes of another PID namespace (a container) work in the repository.</exception>
    internal async Task ClaimAsync(CancellationToken cancellationToken) =>
        _shared.Claim ??= await new PidNamespaceClaims(this, ProcessIdentity.CurrentNamespace).TakeAsync(cancellationToken);

    /// <summary>Waits for running writes of dead owners, and stops them after <paramref name="limit"/>.</summary>
    internal Task SettleWritesAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        _shared.Notes.SettleAsync(limit, cancellationToken);

    /// <summary>Removes the lock files of recorded, dead git processes, and their intents. Called before a run is resumed after a
    /// crash.</summary>
    /// <returns>The files that were removed.</returns>
    public IReadOnlyList<string> RemoveLocksOfTheDead() => _shared.Notes.RemoveLocksOfTheDead();

    /// <summary>Removes lock files after a process that used git by itself, such as an agent, has ended.</summary>
    /// <param name="since">When it began: older lock files are not its own.</param>
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

    /// <summary>The <see cref="Key"/> of the repository with a common git directory.</summary>
    /// <param name="commonDirectory">Absolute path of the directory that all worktrees share.</param>
    public static string KeyOf(string commonDirectory) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(RealPath(commonDirectory))))[..12];

    /// <summary>The path without symbolic links in any part; parts that do not exist stay as they are.</summary>
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
