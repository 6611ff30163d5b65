using System.Globalization;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Landing;
using Orchestrator.Git.Merging;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;
using Orchestrator.TestKit.Git;
using Xunit.Abstractions;

namespace Orchestrator.Git.Tests;

/// <summary>
/// A whole task, from worktree to landing, in which one git process is killed; then the same again from the beginning. Whatever was killed,
/// the end is the same as undisturbed. All places take minutes: <c>GIT_KILL_MATRIX=full</c>; else a few are drawn, with the seed in the
/// output.
/// </summary>
public sealed class KillMatrixTests(ITestOutputHelper output)
{
    private const int Drawn = 3;
    private const string Prefix = "refs/heads/orchestrator/run-1";
    private const string Staging = Prefix + "/staging";
    private const string Branch = Prefix + "/t/t";
    private const string Main = "refs/heads/main";
    private const string Kept = "refs/orchestrator/kept/run-1/t";
    private static readonly CommitTrailers Trailers = new("run-1", "t", 1);

    [Fact]
    public async Task Task_OneGitProcessKilledAnywhere_EndsAsUndisturbed()
    {
        using var undisturbed = await KillableGit.CreateAsync();
        await RunAsync(undisturbed);
        await AssertEndAsync(undisturbed);
        var calls = undisturbed.Calls;
        var places = Enumerable
            .Range(1, calls)
            .SelectMany(_ => (string[])["before", "after", "locked"], (call, mode) => (Call: call, Mode: mode))
            .ToArray();
        if (Environment.GetEnvironmentVariable("GIT_KILL_MATRIX") != "full")
        {
            var seed = Random.Shared.Next();
            output.WriteLine($"seed {seed} of {places.Length} places");
            places = [.. new Random(seed).GetItems(places, Drawn).Distinct()];
        }

        var killed = 0;
        foreach (var (call, mode) in places)
        {
            output.WriteLine($"killed {mode} call {call} of {calls}");
            using var git = await KillableGit.CreateAsync();
            git.KillAt(call, mode);
            try
            {
                await RunAsync(git);
            }
            catch (GitException e)
            {
                output.WriteLine($"  {e.Message}");
                killed++;
            }

            await RunAsync(git);
            await AssertEndAsync(git);
        }

        Assert.True(killed > 0, "nothing was killed");
        output.WriteLine($"{killed} of {places.Length} places stopped the run");
    }

    /// <summary>The activities of a task, each of which first checks if its work is done.</summary>
    private static async Task RunAsync(KillableGit git)
    {
        var repository = await GitRepository.OpenAsync(git.Program, git.Files.Path);
        var (refs, commits, worktrees) = (
            new RefStore(repository),
            new GitCommitReaderAndWriter(repository),
            new WorktreeManager(repository)
        );
        await new RepositoryCrashCleaner(repository).RunAsync();
        if (await refs.ReadAsync(Staging) is null)
        {
            await refs.UpdateAsync([new RefChange(Staging, git.Start, null)], "begin");
        }

        if (!(await commits.ListFirstParentsAsync(Staging, git.Start)).Any(commit => commit.Trailers == Trailers))
        {
            await WorkAndMergeAsync(git, repository);
        }

        await worktrees.ReturnAsync(
            git.Files[".worktrees/run-1/t"],
            new WorktreePool(git.Files[".worktrees/.pool"]),
            WorktreeDiscardPermit.OfOurMaking(git.Files[".worktrees/run-1/t"])
        );
        var landed = await new TargetBranchLander(repository).LandAsync(
            new LandingRequest(Main, (await refs.ReadAsync(Staging))!, git.Start)
        );
        Assert.True(landed.HasLanded, landed.Reason);
    }

    private static async Task WorkAndMergeAsync(KillableGit git, GitRepository repository)
    {
        var (refs, commits, worktrees, snapshots) = (
            new RefStore(repository),
            new GitCommitReaderAndWriter(repository),
            new WorktreeManager(repository),
            new WorktreeContentSaver(repository)
        );
        if (await refs.ReadAsync(Branch) is not { } tip || (await commits.ReadAsync(tip))?.Trailers is null)
        {
            var worktree = await worktrees.EnsureAsync(new WorktreeRequest(git.Files[".worktrees/run-1/t"], git.Start) { Branch = Branch });
            await File.WriteAllTextAsync(Path.Combine(worktree.Path, "work"), "done");
            await snapshots.SaveAsync(worktree, "refs/orchestrator/wip/run-1/t", "wip", Trailers, Kept);
            Assert.False((await snapshots.CommitAsync(worktree, Branch, [git.Start], "work", Trailers)).Lost);
        }

        var staging = (await refs.ReadAsync(Staging))!;
        var task = (await refs.ReadAsync(Branch))!;
        var merged = await new TreeMerger(repository).MergeAsync(staging, task);
        var commit = await commits.CreateAsync(merged.Tree, [staging, task], "merge", Trailers);
        var verify = await worktrees.EnsureAsync(new WorktreeRequest(git.Files.Beside("verify/1"), commit));
        await WorktreeManager.CheckOutAsync(verify, commit);
        Assert.Equal("done", await File.ReadAllTextAsync(Path.Combine(verify.Path, "work")));
        Assert.True((await refs.UpdateAsync([new RefChange(Staging, commit, staging)], "merge")).Done);
    }

    private static async Task AssertEndAsync(KillableGit git)
    {
        Assert.Equal("done", await File.ReadAllTextAsync(git.Files["work"]));
        Assert.Equal("README.md\nwork", await git.Files.GitAsync("ls-tree", "--name-only", "main"));
        Assert.Empty(await git.Files.GitAsync("status", "--porcelain"));
        Assert.Equal("merge\nstart", await git.Files.GitAsync("log", "--first-parent", "--format=%s", "main"));
        Assert.Equal("merge\nwork\nstart", await git.Files.GitAsync("log", "--topo-order", "--format=%s", "main"));
        var common = git.Files[".git"];
        Assert.Equal("", string.Join("\n", Directory.EnumerateFiles(common, "*.lock", SearchOption.AllDirectories)));
        Assert.DoesNotContain(new DirectoryInfo(Path.Combine(common, "orchestrator", "writes")).EnumerateFiles(), note => note.Length > 0);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(common, "orchestrator", "landing")));
        await git.Files.GitAsync("fsck", "--strict", "--no-dangling");
    }

    /// <summary>A git that counts its calls and is killed at one of them.</summary>
    private sealed class KillableGit : IDisposable
    {
        // "locked" kills git while it holds locks: in the hook that runs when refs are locked, or in a filter that runs while the index is.
        private const string Script = """
            #!/bin/sh
            here=$(dirname "$0")
            count=$(($(cat "$here/count") + 1))
            echo $count > "$here/count"
            read -r at mode < "$here/kill"
            if [ "$count" != "$at" ]; then exec git "$@"; fi
            case $mode in
              before) kill -9 $$ ;;
              after) git "$@" > /dev/null 2>&1; kill -9 $$ ;;
            esac
            options=
            while [ "$1" = -c ]; do
              case $2 in core.hooksPath=*) ;; *) options="$options -c $2" ;; esac
              shift 2
            done
            exec git $options -c "core.hooksPath=$here/hooks" -c 'filter.killer.clean=kill -9 $PPID' \
              -c 'filter.killer.smudge=kill -9 $PPID' "$@"
            """;

        private KillableGit(TemporaryRepository files, GitProgram program, string start)
        {
            Files = files;
            Program = program;
            Start = start;
        }

        internal TemporaryRepository Files { get; }

        internal GitProgram Program { get; }

        internal string Start { get; }

        internal int Calls => int.Parse(File.ReadAllText(Files.Beside("shim/count")), CultureInfo.InvariantCulture);

        internal static async Task<KillableGit> CreateAsync()
        {
            var files = await TemporaryRepository.CreateAsync();
            await File.WriteAllTextAsync(files[".git/info/attributes"], "* filter=killer\n");
            Directory.CreateDirectory(files.Beside("shim/hooks"));
            await WriteProgramAsync(files.Beside("shim/git"), Script);
            await WriteProgramAsync(
                files.Beside("shim/hooks/reference-transaction"),
                "#!/bin/sh\n[ \"$1\" != prepared ] || kill -9 $PPID\n"
            );
            await File.WriteAllTextAsync(files.Beside("shim/count"), "0\n");
            await File.WriteAllTextAsync(files.Beside("shim/kill"), "0 none\n");
            var program = await GitProgram.FindAsync(path: files.Beside("shim/git"));
            await File.WriteAllTextAsync(files.Beside("shim/count"), "0\n");
            return new KillableGit(files, program, await files.GitAsync("rev-parse", "HEAD"));
        }

        internal void KillAt(int call, string mode) => File.WriteAllText(Files.Beside("shim/kill"), $"{call} {mode}\n");

        public void Dispose() => Files.Dispose();

        private static async Task WriteProgramAsync(string path, string text)
        {
            await File.WriteAllTextAsync(path, text + "\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
