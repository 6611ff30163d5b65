using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>approve</c> and <c>reject</c>: answer a question of a run.</summary>
internal sealed class AnswerCommand : SteeringCommand
{
    private readonly SteeringDefinition _definition;
    private readonly RunArgument _which = new("RUN/TASK", "The task to answer, or 'plan'; a RUN alone if it has one question");

    public AnswerCommand(SteeringDefinition definition)
        : base(definition.Name, definition.Summary)
    {
        _definition = definition;
        _which.AddTo(this);
        AddOptionsOf(definition);
    }

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (run, id) = QuestionReference.Require(context.RequireRepository(), _which.Text(parsed));
        var outcome = await SteerAsync(parsed, context, run, _definition, InputOf(parsed, context, id), stop);
        if (outcome == Outcome.Done && _definition == SteeringCatalog.Reject && id == RunQuestion.Plan)
        {
            RunSummary.PrintKeptPlan(run.Status with { State = RunStates.Cancelled }, context);
        }
        return outcome;
    }
}
