using System.Globalization;
using Orchestrator.Git.Losses;
using Xunit.Abstractions;

namespace Orchestrator.Git.Tests.Losses;

/// <summary>Histories of overlapping edits, merged by git, some of them spoilt: what is lost is named, and nothing else is.</summary>
public sealed class RandomHistoriesTests(ITestOutputHelper output)
{
    private const int Steps = 10;

    [Fact]
    public Task Histories_ASample_LossesAreNamedAndNothingElse() => PlayAsync(15);

    [Fact]
    [Trait("Category", "Full")]
    public Task Histories_AThousand_LossesAreNamedAndNothingElse() => PlayAsync(1_000);

    private async Task PlayAsync(int count)
    {
        var seed = Environment.GetEnvironmentVariable("LOSS_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next(1_000_000);
        output.WriteLine($"LOSS_SEED={seed}");
        using var opened = await Opened.CreateAsync();
        var histories = Enumerable.Range(seed, count).Select(s => new ModelHistory(s)).ToList();
        await new ModelRepository(opened.Files.Path).PlayAsync(histories, Steps);
        var (faults, fates, spoilt) = (new List<string>(), new int[3], 0);
        var check = new StagingLostChangeDetector(opened.Repository, [ModelHistory.Appended]);
        foreach (var history in histories)
        {
            var ledger = await check.LedgerAsync(
                history.Commits[0],
                history.Commits[^1],
                commit => AuthorOf(history, commit.Trailers!.Task!),
                CancellationToken.None
            );
            foreach (var hunk in ledger.Hunks)
            {
                fates[(int)hunk.Fate]++;
                if (FaultOf(history, hunk, ledger) is { } fault)
                {
                    faults.Add($"seed {history.Seed}: {fault}");
                }
            }

            spoilt += history.Dropped.Count + history.Returned.Count;
        }

        output.WriteLine($"{fates[0]} present, {fates[1]} overwritten, {fates[2]} lost; {spoilt} lines spoilt");
        Assert.True(faults.Count == 0, $"{faults.Count} faults\n{string.Join('\n', faults.Take(20))}");
        Assert.True(fates.All(fate => fate > 0) || count < 20);
    }

    private static StagingBranchCommitAuthor AuthorOf(ModelHistory history, string name) =>
        new(
            name,
            IsTask: true,
            path =>
                history.Tasks.Find(task => task.Name == name)!.MayOverwrite
                    ? path == ModelHistory.Appended
                        ? TaskWriteAccess.Append
                        : TaskWriteAccess.Write
                    : TaskWriteAccess.None
        );

    private static string? FaultOf(ModelHistory history, WatchedMergedHunk hunk, LostHunkTracker ledger)
    {
        var task = history.Tasks.Find(t => t.Name == hunk.Task)!;
        var there = history.Staging[^1].Values.SelectMany(lines => lines).Select(line => line.Text).ToHashSet(StringComparer.Ordinal);
        var texts = hunk.Added.Select(ledger.LineOf).ToList();
        var own = texts.Where(text => history.AuthorOf(text) == task.Number && !history.Returned.Any(r => r.Text == text)).ToList();

        // Who took a line away after this task had brought it, or moved it.
        List<ModelTask> RemoversOf(string text) =>
            [.. history.Tasks.Where(t => t.IsMerged && t.Number != task.Number && t.Removed.Any(r => r.Text == text))];

        var isLost =
            own.Exists(text => !there.Contains(text) && (history.Dropped.Contains(text) || !RemoversOf(text).Exists(t => t.MayOverwrite)))
            || hunk.Removed.Select(ledger.LineOf).Any(text => history.Returned.Contains((text, hunk.Task)));
        var unsure = texts.Where(text => history.AuthorOf(text) is not null).Except(own).ToList();
        var mayBeLost =
            isLost || own.Concat(unsure).Any(text => history.Dropped.Contains(text) || RemoversOf(text).Exists(t => !t.MayOverwrite));

        // A line that is everywhere, and somebody who may not took one away or put one back: the model can't say whose.
        mayBeLost |=
            texts.Concat(hunk.Removed.Select(ledger.LineOf)).Any(text => history.AuthorOf(text) is null)
            && history.Tasks.Find(t => t.Name == hunk.By) is { MayOverwrite: false };

        // Work that moved a line elsewhere, and was begun before the line was removed, brings it back.
        mayBeLost |=
            history.Tasks.Find(t => t.Name == hunk.By) is { MayOverwrite: false } mover
            && hunk.Removed.Select(ledger.LineOf).Any(text => mover.Files.Values.Any(lines => lines.Exists(line => line.Text == text)));
        var isChanged = own.Exists(text => !there.Contains(text));
        var mayBeChanged = isChanged || own.Count < texts.Count || texts.Count == 0 || own.Exists(text => RemoversOf(text).Count > 0);
        var isRight = hunk.Fate switch
        {
            MergedHunkSurvivalStatus.Lost => mayBeLost,
            MergedHunkSurvivalStatus.Overwritten => !isLost && mayBeChanged,
            _ => !isLost && !isChanged,
        };
        return isRight
            ? null
            : $"{hunk.Task} {hunk.Path}:{hunk.Line} '{string.Join('|', texts)}' -'{string.Join('|', hunk.Removed.Select(ledger.LineOf))}' "
                + $"is {hunk.Fate} by {hunk.By}; lost {isLost}, changed {isChanged}";
    }
}
