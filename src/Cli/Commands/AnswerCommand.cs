using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Orchestrator.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>approve</c> and <c>reject</c>: answers a question of a run.</summary>
internal sealed class AnswerCommand : SteeringCommand
{
    private readonly bool _approve;
    private readonly RunArgument _which = new("RUN/TASK", "What is answered: a task, or 'plan'; a RUN alone where it asks one thing");
    private readonly Option<string?> _reason;

    public AnswerCommand(bool approve)
        : base(approve ? "approve" : "reject", approve ? "Answer yes to a question from a run" : "Say no to a question of a run")
    {
        _approve = approve;
        _reason = TextOption("--reason", "Why");
        _which.AddTo(this);
        if (!approve)
        {
            Add(_reason);
        }
        AddGoingOn();
        AddEngine();
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (run, id) = Which(context.RequireRepository(), _which.Text(parsed));
        var (reason, who) = (_approve ? "" : parsed.GetValue(_reason) ?? "", context.Person);
        var answer = new ApprovalCommand(id, reason, who) { Shown = SayWhatIsAnswered(context, run, id) };
        return _approve
            ? SendAsync(
                parsed,
                context,
                run,
                new SteeringCall((handle, cancel) => handle.ApproveAsync(answer, cancel), "approve", answer)
                {
                    Refuse = status => StoredRefusals.OfApprove(status, id),
                },
                stop
            )
            : SendAsync(
                parsed,
                context,
                run,
                new SteeringCall((handle, cancel) => handle.RejectAsync(answer, cancel), "reject", answer)
                {
                    ComesToRest = id == RunQuestion.Plan ? status => RunStates.IsFinal(status.State) : null,
                    Told =
                        id == RunQuestion.Plan
                            ? () => RunSummary.SayKeptPlan(run.Status with { State = RunStates.Cancelled }, context)
                            : null,
                    Refuse = status => StoredRefusals.OfReject(status, id),
                },
                stop
            );
    }

    private static (StoredRun Run, string Id) Which(RepositoryLocation repository, string? text)
    {
        var given = RunReference.Parse(text);
        if (text is null || text.Contains('/', StringComparison.Ordinal))
        {
            var named = StoredRuns.RequireOpen(repository, given.Run);
            return (named, given.Task is { } task ? Find(task, named) : OnlyQuestion(named));
        }
        // If only one run is open, every word names a question, unless it is the run's own name.
        if (StoredRuns.Open(repository) is [var only] && (text == RunQuestion.Plan || !Names(only, text)))
        {
            return (StoredRuns.DemandHome(repository, only), Find(text, only));
        }
        if (text == RunQuestion.Plan)
        {
            return (StoredRuns.RequireOpen(repository, null), text);
        }
        var (run, found) = RunReference.RequireOpen(repository, text);
        return (run, found.Task is { } one ? Find(one, run) : OnlyQuestion(run));
    }

    // A word of the title may also be the id of a task, which then takes precedence.
    private static bool Names(StoredRun run, string text) =>
        RunNames.FindById([run], text).Count > 0
        || (
            RunNames.Find([run], text).Count > 0
            && !run.Status.Tasks.Any(task => task.Id.StartsWith(text, StringComparison.OrdinalIgnoreCase))
        );

    private static string OnlyQuestion(StoredRun run) =>
        run.Status.Questions is [var only]
            ? only.Id
            : throw new UseCaseException(
                Outcome.Usage,
                run.Status.Questions.Count == 0
                    ? $"{run.Id} asks nothing now."
                    : $"{run.Id} asks about {string.Join(", ", run.Status.Questions.Select(question => question.Id))}.",
                $"See 'orchestrate status {run.Id}'."
            );

    // Only the run can decide if the question exists: it may be answered already or not yet asked.
    private static string Find(string given, StoredRun run)
    {
        if (RunStates.IsFinal(run.Status.State))
        {
            return given;
        }
        string[] open = [.. run.Status.Questions.Select(question => question.Id)];
        return open.Any(id => id.StartsWith(given, StringComparison.OrdinalIgnoreCase))
            ? UniquePrefix.Find(given, open, $"open question of {run.Id}")
            : UniquePrefix.Find(given, [.. run.Status.Tasks.Select(task => task.Id), RunQuestion.Plan], $"question or task of {run.Id}");
    }
}
