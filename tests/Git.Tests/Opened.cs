using Orchestrator.Git.Commits;
using Orchestrator.Git.Landing;
using Orchestrator.Git.Merging;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Git.Tests;

/// <summary>A temporary repository with everything of ours opened on it.</summary>
internal sealed class Opened : IDisposable
{
    private static readonly SemaphoreSlim FindOnce = new(1, 1);
    private static GitProgram? _program;

    private Opened(TemporaryRepository files, GitRepository repository)
    {
        Files = files;
        Repository = repository;
        Refs = new RefStore(repository);
        Commits = new GitCommitReaderAndWriter(repository);
        Diffs = new GitDiffReader(repository);
        Worktrees = new WorktreeManager(repository);
        Merges = new TreeMerger(repository);
        Snapshots = new WorktreeContentSaver(repository);
        Landing = new TargetBranchLander(repository);
    }

    internal TemporaryRepository Files { get; }

    internal GitRepository Repository { get; }

    internal RefStore Refs { get; }

    internal GitCommitReaderAndWriter Commits { get; }

    internal GitDiffReader Diffs { get; }

    internal WorktreeManager Worktrees { get; }

    internal TreeMerger Merges { get; }

    internal WorktreeContentSaver Snapshots { get; }

    internal TargetBranchLander Landing { get; }

    internal static async Task<GitProgram> ProgramAsync()
    {
        await FindOnce.WaitAsync();
        try
        {
            return _program ??= await GitProgram.FindAsync();
        }
        finally
        {
            FindOnce.Release();
        }
    }

    internal static async Task<Opened> CreateAsync() => await OpenAsync(await TemporaryRepository.CreateAsync());

    internal static async Task<Opened> OpenAsync(TemporaryRepository files, GitProgram? program = null) =>
        new(files, await GitRepository.OpenAsync(program ?? await ProgramAsync(), files.Path));

    internal Task<string> HeadAsync() => Files.GitAsync("rev-parse", "HEAD");

    internal async Task<Worktree> TaskWorktreeAsync(string name) =>
        await Worktrees.EnsureAsync(
            new WorktreeRequest(Files[$".worktrees/run-1/{name}"], await HeadAsync()) { Branch = $"refs/heads/orchestrator/run-1/t/{name}" }
        );

    public void Dispose() => Files.Dispose();
}
