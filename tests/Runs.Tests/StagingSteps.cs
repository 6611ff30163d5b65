using Orchestrator.Messages;
using Orchestrator.Runs.Merging;
using Orchestrator.Runs.Merging.Landing;

namespace Orchestrator.Runs.Tests;

/// <summary>Steps that move the staging branch and the target of a run in a test: merges, batches, landing.</summary>
internal static class StagingSteps
{
    public static async Task<MergeResult> MergeAsync(this RunFixture run, string id, string commit, int attempt = 1) =>
        run.Take(await run.MergeOnceAsync(id, commit, attempt), r => r.Merged ? r.Commit : "");

    /// <summary>Merges anything that may be merged.</summary>
    public static async Task<MergeResult> MergeAsync(this RunFixture run, TaskMergeRequest request) =>
        run.Take(await run.MergeOnceAsync(request), r => r.Merged ? r.Commit : "");

    /// <summary>A merge whose worker dies before the run is notified of it.</summary>
    public static Task<MergeResult> MergeOnceAsync(this RunFixture run, string id, string commit, int attempt = 1) =>
        run.MergeOnceAsync(new TaskMergeRequest(id, commit, attempt));

    /// <summary>A batch of one; the message has what was done to staging too.</summary>
    private static async Task<MergeResult> MergeOnceAsync(this RunFixture run, TaskMergeRequest request)
    {
        while (true)
        {
            IReadOnlyList<TaskMergeRequest> alone = [request];
            var built = Xunit.Assert.Single(await run.BuildBatchAsync(alone));
            if (built.Outcome != MergeOutcome.Made)
            {
                return built with { Message = $"{built.Message} {built.Note}".Trim() };
            }
            var gated = await run.GateBatchAsync([built], 2, alone);
            if (gated.Outcome != MergeOutcome.Made)
            {
                return gated;
            }
            var landed = Xunit.Assert.Single(await run.LandBatchAsync([built with { Message = gated.Message }], isTold: false));
            if (landed.Merged)
            {
                return landed with
                {
                    Message = string.Join("; ", new[] { built.Note, landed.Note, landed.Message }.Where(said => said.Length > 0)),
                };
            }
        }
    }

    private static MergeQueueBatchMerger Train(RunFixture run) => new(run.Services, run.Caller);

    /// <summary>Merges of a batch are made.</summary>
    public static Task<IReadOnlyList<MergeResult>> BuildBatchAsync(this RunFixture run, params (string Id, string Commit)[] work) =>
        run.BuildBatchAsync(Requests(work));

    private static Task<IReadOnlyList<MergeResult>> BuildBatchAsync(this RunFixture run, IReadOnlyList<TaskMergeRequest> requests) =>
        Train(run)
            .BuildAsync(
                new BuildBatchInput(run.Id, run.Reference, run.Hash, requests) { StagingTip = run.StagingTip },
                CancellationToken.None
            );

    /// <summary>Gates are run on the merge of the last of these.</summary>
    public static Task<MergeResult> GateBatchAsync(
        this RunFixture run,
        IReadOnlyList<MergeResult> built,
        int tries,
        params (string Id, string Commit)[] work
    ) => run.GateBatchAsync(built, tries, Requests(work));

    private static Task<MergeResult> GateBatchAsync(
        this RunFixture run,
        IReadOnlyList<MergeResult> built,
        int tries,
        IReadOnlyList<TaskMergeRequest> requests
    ) =>
        Train(run)
            .GateAsync(
                new VerifyMergeBatchInput(
                    run.Id,
                    run.Reference,
                    run.Hash,
                    requests,
                    built[0].Onto,
                    built[requests.Count - 1].Commit,
                    tries
                ),
                CancellationToken.None
            );

    /// <summary>Staging moves over merges; the run is notified of it only where this is said.</summary>
    public static async Task<IReadOnlyList<MergeResult>> LandBatchAsync(
        this RunFixture run,
        IEnumerable<MergeResult> merges,
        bool isTold = true
    )
    {
        var landed = await Train(run)
            .LandAsync(
                new AdvanceStagingBranchInput(run.Id, run.Reference, run.Hash, [.. merges]) { StagingTip = run.StagingTip },
                CancellationToken.None
            );
        run.StagingTip = landed[^1].Merged && isTold ? landed[^1].Commit : run.StagingTip;
        return landed;
    }

    private static IReadOnlyList<TaskMergeRequest> Requests((string Id, string Commit)[] work) =>
        [.. work.Select(w => new TaskMergeRequest(w.Id, w.Commit, 1))];

    /// <summary>A task up to its verified commit.</summary>
    public static async Task<(string Id, string Commit)> WorkAsync(this RunFixture run, string id, string file, string content)
    {
        var prepared = await run.PrepareAsync(id);
        run.Write(prepared, file, content);
        var work = await run.VerifyAsync(id, prepared);
        Xunit.Assert.Empty(work.Problems);
        return (id, work.Commit);
    }

    public static async Task<LandResult> LandAsync(this RunFixture run, string land = "merge", bool isAskedFor = false)
    {
        run.Askings++;
        return await run.LandAgainAsync(land, isAskedFor);
    }

    /// <summary>The last landing again, as where its worker died before the run was notified of it.</summary>
    public static async Task<LandResult> LandAgainAsync(this RunFixture run, string land = "merge", bool isAskedFor = false) =>
        run.Take(await run.LandOnceAsync(land, isAskedFor), r => r.StagingTip);

    /// <summary>Landing by the settings that the run began with.</summary>
    public static Task<LandResult> LandOnlyAsync(this RunFixture run) => run.LandNowAsync(isAskedFor: false);

    /// <summary>Merges new commits on the target into staging, without landing.</summary>
    public static async Task<LandResult> TakeInTargetAsync(this RunFixture run)
    {
        run.Askings++;
        return run.Take(await run.LandNowAsync(isAskedFor: false, onlyTakesIn: true), r => r.StagingTip);
    }

    /// <summary>Determines which parts of the repository work can influence.</summary>
    public static Task<IReadOnlyList<AffectedRepositoryParts>> LocateAsync(this RunFixture run, params (string Id, string Commit)[] work) =>
        new TaskWorkImpactFinder(run.Services).LocateAsync(
            new FindAffectedRepositoryPartsInput(run.Id, run.Reference, run.Hash, Requests(work)) { StagingTip = run.StagingTip },
            CancellationToken.None
        );

    /// <summary>Merges work onto a commit that is not on staging.</summary>
    public static Task<IReadOnlyList<MergeResult>> BuildOntoAsync(
        this RunFixture run,
        string onto,
        params (string Id, string Commit)[] work
    ) =>
        Train(run)
            .BuildAsync(
                new BuildBatchInput(run.Id, run.Reference, run.Hash, Requests(work)) { StagingTip = run.StagingTip, Onto = onto },
                CancellationToken.None
            );

    private static async Task<LandResult> LandOnceAsync(this RunFixture run, string land, bool isAskedFor)
    {
        var files = run.Services.Plans.Load(run.Reference, run.Id, run.Hash);
        var start = files.Start.With(s => s with { Git = s.Git with { Land = land } });
        run.Hash = files
            .Decisions!.With(files.Folder, RunPlanAndSettings.Named(files.Folder, files.Folder.StartFile), start.ToJson())
            .Store(files.Folder);
        return await run.LandNowAsync(isAskedFor);
    }

    private static async Task<LandResult> LandNowAsync(this RunFixture run, bool isAskedFor, bool onlyTakesIn = false)
    {
        var input = new LandInput(run.Id, run.Reference, run.Hash, run.Preflight.Target, run.StagingBranch, run.Preflight.BaseCommit)
        {
            StagingTip = run.StagingTip,
            IsAskedFor = isAskedFor,
            OnlyTakesIn = onlyTakesIn,
        };
        var result = await new RunLandingExecutor(run.Services, run.Caller).LandAsync(
            input,
            $"execution/{run.Askings}",
            CancellationToken.None
        );
        run.Hash = result.PlanHash.Length > 0 ? result.PlanHash : run.Hash;
        return result;
    }

    public static Task<string> AbortAsync(this RunFixture run) =>
        AbortedRunWorkKeeper.AbortAsync(
            new RetainRunWorkInput(run.Id, run.Reference, run.StagingBranch),
            run.Services,
            CancellationToken.None
        );

    /// <summary>A whole task: prepared, one file written, verified, merged.</summary>
    public static async Task<MergeResult> DoAsync(this RunFixture run, string id, string file, string content)
    {
        var prepared = await run.PrepareAsync(id);
        run.Write(prepared, file, content);
        var work = await run.VerifyAsync(id, prepared);
        Xunit.Assert.Empty(work.Problems);
        return await run.MergeAsync(id, work.Commit);
    }

    private static T Take<T>(this RunFixture run, T result, Func<T, string> tip)
    {
        run.StagingTip = tip(result) is { Length: > 0 } now ? now : run.StagingTip;
        return result;
    }
}
