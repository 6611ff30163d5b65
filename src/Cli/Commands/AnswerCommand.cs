using System.CommandLine;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;

namespace Orchestrator.Cli.Commands;

/// <summary><c>approve</c> and <c>reject</c>: answers a question of a run.</summary>
internal sealed class AnswerCommand : SteeringCommand
{
    private readonly bool _approve;
    private readonly Argument<string> _id = new("ID")
    {
        Description = "The question: plan or a task's id; RUN/ID where more than one run is open",
    };
    private readonly Option<string?> _run = new("--run") { Description = "The run, where more than one is open", HelpName = "RUN" };
    private readonly Option<string?> _reason;

    public AnswerCommand(bool approve)
        : base(approve ? "approve" : "reject", approve ? "Say yes to a question of a run" : "Say no to a question of a run")
    {
        _approve = approve;
        _reason = TextOption("--reason", "Why");
        Add(_id);
        Add(_run);
        if (!approve)
        {
            Add(_reason);
        }
        AddGoingOn();
        AddEngine();
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var text = parsed.GetRequiredValue(_id);
        var slash = text.LastIndexOf('/');
        var run = StoredRuns.RequireOpen(context.RequireRepository(), slash < 0 ? parsed.GetValue(_run) : text[..slash]);
        var id = Find(text[(slash + 1)..], run);
        var (reason, who) = (_approve ? "" : parsed.GetValue(_reason) ?? "", context.Person);
        // The answer is to what is printed here and to nothing else: files of the run may have been changed, and the question may be
        // another.
        var question = run.Status.Questions.FirstOrDefault(question => question.Id == id);
        if (question is not null)
        {
            context.Terminal.Say(question.Question);
        }
        var answer = new ApprovalCommand(id, reason, who) { Shown = question?.Shown ?? "" };
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
                    ComesToRest = id == "plan" ? status => RunStates.IsFinal(status.State) : null,
                    Refuse = status => StoredRefusals.OfReject(status, id),
                },
                stop
            );
    }

    // Whether there is such a question is the run's to answer: it may be answered already, or not asked yet.
    private static string Find(string given, StoredRun run)
    {
        if (RunStates.IsFinal(run.Status.State))
        {
            return given;
        }
        string[] open = [.. run.Status.Questions.Select(question => question.Id)];
        return open.Any(id => id.StartsWith(given, StringComparison.OrdinalIgnoreCase))
            ? UniquePrefix.Find(given, open, $"open question of {run.Id}")
            : UniquePrefix.Find(given, [.. run.Status.Tasks.Select(task => task.Id), "plan"], $"question or task of {run.Id}");
    }
}
