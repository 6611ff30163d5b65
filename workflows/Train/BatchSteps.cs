using Orchestrator.Plans;

namespace Orchestrator.Workflows.Train;

/// <summary>The activities of the merge train, and the commits of the batch that is under way.</summary>
internal sealed class BatchSteps(TrainContext context, TrainReporter reporter)
{
    private readonly Dictionary<int, MergeResult> _refusals = [];
    private readonly Dictionary<int, GateSummary> _gates = [];
    private IReadOnlyList<string> _commits = [];
    private string _base = "";

    private TrainInput Input => context.Input;

    public async Task<MergeResult> MergeAloneAsync(MergeRequest request, int tries)
    {
        var merge = new MergeTaskInput(Input.RunId, Input.Repository, Input.PlanHash, Input.Staging, request)
        {
            StagingTip = context.Position.Commit,
            Tries = tries,
        };
        var result = await Workflow.ExecuteActivityAsync((ITaskActivities a) => a.MergeTaskAsync(merge), context.Long);
        if (result.Merged)
        {
            context.MovedTo(result.Commit);
        }
        return result;
    }

    /// <summary>Makes the merges of a batch.</summary>
    /// <returns>The result of the first request, or of all.</returns>
    public async Task<IReadOnlyList<BuiltMerge>> BuildAsync(IReadOnlyList<MergeRequest> requests)
    {
        var build = new BuildBatchInput(Input.RunId, Input.Repository, Input.PlanHash, requests) { StagingTip = context.Position.Commit };
        var built = await Workflow.ExecuteActivityAsync((ITrainActivities a) => a.BuildBatchAsync(build), context.Long);
        _refusals.Clear();
        _gates.Clear();
        _base = built.Base;
        _commits = [.. built.Merges.Where(merge => merge.Answer is null).Select(merge => merge.Commit)];
        reporter.Note(built.Message);
        return built.Merges;
    }

    /// <summary>Runs gates on the merge of one of its entries.</summary>
    public async Task<BatchGated> GateAsync(IReadOnlyList<MergeRequest> entries, PrefixRun run)
    {
        var gate = new GateBatchInput(
            Input.RunId,
            Input.Repository,
            Input.PlanHash,
            [.. entries.Take(run.Length)],
            _base,
            CommitOf(run.Length),
            run.Tries
        );
        var gated = await Workflow.ExecuteActivityAsync((ITrainActivities a) => a.GateBatchAsync(gate), context.Long);
        _gates[run.Length] = gated.Gates;
        if (gated.Refusal is { } refusal)
        {
            _refusals[run.Length] = refusal;
        }
        return gated;
    }

    /// <summary>Moves staging over the first entries of the batch.</summary>
    /// <returns>False: staging goes on from somewhere else.</returns>
    public async Task<bool> LandAsync(TrainBatch batch, int length)
    {
        var from = batch.Landed == 0 ? _base : CommitOf(batch.Landed);
        var land = new LandBatchInput(
            Input.RunId,
            Input.Repository,
            Input.PlanHash,
            from,
            CommitOf(length),
            [.. batch.Entries.Take(length).Skip(batch.Landed).Select(entry => entry.TaskId)]
        )
        {
            StagingTip = context.Position.Commit,
        };
        var landed = await Workflow.ExecuteActivityAsync((ITrainActivities a) => a.LandBatchAsync(land), context.Long);
        if (landed.Landed)
        {
            context.MovedTo(land.To);
        }
        reporter.Note(landed.Message);
        return landed.Landed;
    }

    /// <summary>The merge of an entry, by its place from 1.</summary>
    public string CommitOf(int length) => _commits[length - 1];

    /// <summary>The result for a merged entry.</summary>
    /// <param name="place">Its place, from 1.</param>
    /// <param name="length">The length of the prefix whose gates count for it.</param>
    public MergeResult MergedAt(int place, int length) =>
        new()
        {
            Merged = true,
            Commit = CommitOf(place),
            Message = _gates.TryGetValue(length, out var gates) ? GateWords.OfMerge(gates) : "",
        };

    /// <summary>The result for an entry that is sent back.</summary>
    public MergeResult RefusalOf(int length) => _refusals[length];
}
