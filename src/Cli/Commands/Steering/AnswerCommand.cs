using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>approve</c> and <c>reject</c>: answer a question of a run.</summary>
internal sealed class AnswerCommand : SteeringCommand
{
    private readonly SteeringCommandDefinition _definition;
    private readonly RunOrTaskCliArgument _which = new(
        "RUN/TASK",
        "The task that the question is about, or 'plan'; RUN alone is enough if the run has only one open question"
    );

    public AnswerCommand(SteeringCommandDefinition definition)
        : base(definition.Name, definition.Summary)
    {
        _definition = definition;
        _which.AddTo(this);
        AddOptionsOf(definition);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var (run, id) = QuestionReference.Require(context.RequireRepository(), _which.Text(parsed));
        var outcome = await SteerAsync(parsed, context, run, _definition, InputOf(parsed, context, id), stop);
        if (outcome == UseCaseOutcome.Done && _definition == SteeringCatalog.Reject && id == RunQuestion.Plan)
        {
            RunSummary.PrintKeptPlan(run.Status with { State = RunStateNames.Cancelled }, context);
        }
        return outcome;
    }
}
