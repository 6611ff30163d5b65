using System.Globalization;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Benchmarks.Git;

/// <summary>A worktree for the next task out of the pool, in a repository of 10,000 files, against <c>git worktree add</c>.</summary>
internal static class WorktreeFromPool
{
    private const int Files = 10_000;
    private const int Rounds = 9;

    /// <summary>Prints a line of a Markdown table: what, by hand, ours, ratio.</summary>
    internal static async Task<int> RunAsync()
    {
        using var files = await TemporaryRepository.CreateAsync();
        await files.CommitAsync(
            "base",
            [.. Enumerable.Range(0, Files).Select(i => ($"src/folder{i % 100}/file{i}.txt", $"content {i}\n"))]
        );
        var repository = await GitRepository.OpenAsync(await GitProgram.FindAsync(), files.Path);
        var worktrees = new WorktreeManager(repository);
        var pool = new WorktreePool(files[".worktrees/.pool"]);
        var byHand = new List<double>();
        var ours = new List<double>();
        for (var round = -1; round < Rounds; round++)
        {
            // Each task begins at a base that has one more merge.
            var commit = await files.CommitAsync($"merge {round}", ($"src/folder{round + 1}/new.txt", $"{round}\n"));
            var hand = await Timing.MillisecondsAsync(() =>
                files.GitAsync("worktree", "add", "--quiet", "-b", $"hand{round}", files.Beside($"hand{round}"), commit)
            );
            var request = new WorktreeRequest(files[$".worktrees/run-1/t{round + 1}"], commit)
            {
                Branch = $"refs/heads/orchestrator/run-1/t/t{round + 1}",
                Pool = pool,
            };
            var own = await Timing.MillisecondsAsync(() => worktrees.EnsureAsync(request));
            await worktrees.ReturnAsync(
                request.Path,
                pool,
                WorktreeDiscardPermit.Proven(
                    worktrees.Find(request.Path)!,
                    new WorkDeletionSafetyCheckResult(IsProven: true, "nobody worked in it")
                )
            );
            if (round >= 0)
            {
                byHand.Add(hand);
                ours.Add(own);
            }
        }

        var ratio = Timing.Median(byHand.Zip(ours, (hand, own) => own / hand));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| worktree for a task, second on (10,000 files) | {Timing.Median(byHand):0} ms git worktree add | "
                    + $"{Timing.Median(ours):0} ms | {ratio:0.00}x | bar 0.3x |"
            )
        );
        return ratio <= 0.3 ? 0 : 1;
    }
}
