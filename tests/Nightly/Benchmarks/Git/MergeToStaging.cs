using System.Globalization;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Merging;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Processes;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Benchmarks.Git;

/// <summary>
/// Merging task commits to staging by <see cref="TreeMerger"/>, <see cref="GitCommitReaderAndWriter"/> and <see cref="RefStore"/>, against
/// a shell script with the same three git commands and the same sync settings. Both merge the same commits, in turns, so that the machine's
/// moods hit both.
/// </summary>
internal static class MergeToStaging
{
    private const int Rounds = 7;
    private const int MergesPerRound = 20;
    private const string Script = """
        set -e
        sync='-c core.fsync=committed,reference,index -c core.fsyncMethod=batch'
        ref=$1; shift
        for task in "$@"; do
          old=$(git rev-parse "$ref")
          tree=$(git $sync merge-tree --write-tree --messages "$old" "$task")
          new=$(git $sync commit-tree "$tree" -p "$old" -p "$task" -m merge)
          git $sync update-ref "$ref" "$new" "$old"
        done
        """;

    /// <summary>Prints a line of a Markdown table: what, by hand, ours, ratio.</summary>
    internal static async Task<int> RunAsync()
    {
        using var files = await TemporaryRepository.CreateAsync();
        await files.CommitAsync("base", [.. Enumerable.Range(0, 1000).Select(i => ($"src/folder{i % 20}/file{i}.txt", $"content {i}\n"))]);
        var start = await files.GitAsync("rev-parse", "HEAD");
        var tasks = new List<string>();
        for (var i = 0; i < MergesPerRound; i++)
        {
            tasks.Add(await files.CommitOnBranchAsync("scratch", start, $"task {i}", ($"src/folder{i}/new{i}.txt", "new\n")));
        }

        var repository = await GitRepository.OpenAsync(await GitProgram.FindAsync(), files.Path);
        var byHand = new List<double>();
        var ours = new List<double>();
        for (var round = -1; round < Rounds; round++)
        {
            var hand = await Timing.MillisecondsAsync(() => ByHandAsync(files, start, $"refs/heads/hand{round}", tasks));
            var own = await Timing.MillisecondsAsync(() => ByUsAsync(repository, start, $"refs/heads/ours{round}", tasks));
            if (round >= 0)
            {
                byHand.Add(hand / MergesPerRound);
                ours.Add(own / MergesPerRound);
            }
        }

        var (hands, owns) = (Timing.Median(byHand), Timing.Median(ours));
        var ratio = Timing.Median(byHand.Zip(ours, (hand, own) => own / hand));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| merge to staging (1,000 files) | {hands:0.0} ms by hand | {owns:0.0} ms | {ratio:0.00}x | bar 1.4x |"
            )
        );
        return ratio <= 1.4 ? 0 : 1;
    }

    private static async Task ByHandAsync(TemporaryRepository files, string start, string name, IEnumerable<string> tasks)
    {
        await files.GitAsync("update-ref", name, start);
        var result = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("/bin/sh", ["-c", Script, "sh", name, .. tasks]) { WorkingDirectory = files.Path }
        );
        if (!result.Succeeded)
        {
            throw new InvalidOperationException(result.StandardError.Text);
        }
    }

    private static async Task ByUsAsync(GitRepository repository, string start, string name, IEnumerable<string> tasks)
    {
        var refs = new RefStore(repository);
        await refs.UpdateAsync([new RefChange(name, start, null)], "begin");
        foreach (var task in tasks)
        {
            var old = (await refs.ReadAsync(name))!;
            var merged = await new TreeMerger(repository).MergeAsync(old, task);
            var commit = await new GitCommitReaderAndWriter(repository).CreateAsync(
                merged.Tree,
                [old, task],
                "merge",
                new CommitTrailers("run-1", "task", 1)
            );
            await refs.UpdateAsync([new RefChange(name, commit, old)], "merged");
        }
    }
}
