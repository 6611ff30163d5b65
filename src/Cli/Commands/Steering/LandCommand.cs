using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>land</c>: repeats a run's landing. With <c>--merged</c>, lands the merged tasks while the others continue. With <c>--next</c>, moves
/// one verified task to the front of the merge queue.
/// </summary>
internal sealed class LandCommand : SteeringCommand
{
    private readonly RunOrTaskCliArgument _run = new("RUN", "The run or, with --next, the task as RUN/TASK");
    private readonly Option<bool> _merged = new("--merged")
    {
        Description = "Land the merged tasks now, if the gates of the whole run pass on them; the other tasks continue",
    };
    private readonly Option<bool> _next = new("--next") { Description = "Merge this verified task before all other waiting tasks" };

    public LandCommand()
        : base("land", "Land a run or, with --merged, only its merged tasks")
    {
        _run.AddTo(this);
        Add(_merged);
        Add(_next);
        AddOptionsOf(SteeringCatalog.Promote);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        if (parsed.GetValue(_next))
        {
            var (of, reference) = _run.RequireOpen(context.RequireRepository(), parsed);
            var task =
                reference.Task
                ?? throw new UseCaseException(UseCaseOutcome.Usage, "--next needs a task.", $"Name the task: {of.Status.RunId}/TASK.");
            return SteerAsync(parsed, context, of, SteeringCatalog.MergeNext, InputOf(parsed, context, task), stop);
        }
        var run = _run.RequireOpenRun(context.RequireRepository(), parsed);
        var definition = parsed.GetValue(_merged) ? SteeringCatalog.LandMerged : SteeringCatalog.Promote;
        return SteerAsync(parsed, context, run, definition, InputOf(parsed, context, task: null), stop);
    }
}
