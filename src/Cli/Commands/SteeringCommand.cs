using System.CommandLine;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Merging.Landing;

namespace Orchestrator.Cli.Commands;

/// <summary>A command that changes an open run: finds the run, sends the command, and shows the result.</summary>
internal abstract class SteeringCommand : CliCommand
{
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _detach = new("--detach", "-d")
    {
        Description = "Where nobody works on the run: continue in the background",
    };
    private readonly Option<bool> _noResume = new("--no-resume")
    {
        Description = "Where nobody works on the run: keep it for 'resume', ask nothing",
    };
    private readonly Option<bool> _resume = new("--resume") { Description = "Where nobody works on the run: continue it now" };
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<bool> _acceptLosses = new("--accept-losses")
    {
        Description = "Work of the run that is not there any more may be gone: it is named in the report",
    };

    private readonly Option<string?> _target = new("--target")
    {
        Description = "Land on this branch from now on, for example because the run's target was renamed",
        HelpName = "BRANCH",
    };

    protected SteeringCommand(string name, string description)
        : base(name, description) { }

    protected static Option<string?> TextOption(string name, string description) =>
        new(name) { Description = description, HelpName = "TEXT" };

    /// <summary>The command that ends a run.</summary>
    protected static SteeringCall CancelOf(CommandContext context)
    {
        var command = new PersonCommand(By: context.Person);
        return new((handle, cancel) => handle.CancelAsync(command, cancel), "cancel", command)
        {
            ComesToRest = status => RunStates.IsFinal(status.State),
        };
    }

    /// <summary>The command that lands a run that waits for its target.</summary>
    /// <param name="context">Who lands it.</param>
    /// <param name="run">The run.</param>
    /// <param name="refuse">Why it is refused, by the run's record.</param>
    /// <param name="target">The branch to land on; null: the run's target.</param>
    protected static SteeringCall PromoteOf(CommandContext context, StoredRun run, Func<RunStatus, string?> refuse, string? target)
    {
        var command = new PersonCommand(By: context.Person)
        {
            Shown = SayWhatIsAnswered(context, run, RunQuestion.OfPromote),
            Target = target,
        };
        return new((handle, cancel) => handle.PromoteAsync(command, cancel), "promote", command)
        {
            ComesToRest = status => status.State == RunStates.Completed,
            Refuse = refuse,
        };
    }

    /// <summary>Prints the question that a command answers: the answer is to what is printed here and to nothing else, because files of
    /// the run may have been changed, and the question may be another.</summary>
    /// <param name="ids">Ids of the questions that it may be meant for, the first one first.</param>
    /// <returns>What identifies it; empty where none of them is asked.</returns>
    protected static string SayWhatIsAnswered(CommandContext context, StoredRun run, params string[] ids)
    {
        if (RunQuestion.First(run.Status.Questions, ids) is not { } question)
        {
            return "";
        }
        context.Terminal.Say($"Answering the run's question: {question.Question}");
        return question.Shown;
    }

    /// <summary>Adds the options of commands that move the target.</summary>
    protected void AddLanding()
    {
        Add(_target);
        AddAcceptLosses();
        AddYes();
    }

    /// <summary>The branch to land on that was given; null: none.</summary>
    /// <exception cref="UseCaseException">There is no such branch, or it is one of a run.</exception>
    protected async Task<string?> TargetAsync(ParseResult parsed, CommandContext context, CancellationToken stop) =>
        parsed.GetValue(_target) is not { } branch ? null
        : await TargetChoice.FindProblemAsync(context.RequireRepository().Root, branch, context.Services, stop) is { } problem
            ? throw new UseCaseException(Outcome.Usage, problem, "git branch --list")
        : branch;

    /// <summary>Adds the option of commands that land, or check what is to land.</summary>
    protected void AddAcceptLosses() => Add(_acceptLosses);

    /// <summary>Sends a command that lands, or checks what is to land. Where that comes to nothing because work of the run is lost, a
    /// person says that it may be: by the option, or at the terminal.</summary>
    /// <param name="callOf">The command for the run as it stands: what is asked may be another thing after the first try.</param>
    protected async Task<Outcome> SendLandingAsync(
        ParseResult parsed,
        CommandContext context,
        StoredRun run,
        Func<StoredRun, SteeringCall> callOf,
        CancellationToken stop
    )
    {
        var accepts = parsed.GetValue(_acceptLosses);
        if (accepts)
        {
            await AcceptLossesAsync(context, run, asks: false, stop);
        }
        var code = await SendAsync(parsed, context, run, callOf(run), stop);
        var now = run.Reload();
        return code != Outcome.Done && !RunStates.IsFinal(now.Status.State) && await AcceptLossesAsync(context, now, asks: !accepts, stop)
            ? await SendAsync(parsed, context, now, callOf(now), stop)
            : code;
    }

    /// <summary>Accepts what was told to be lost.</summary>
    /// <returns>False where nothing is, or nobody said yes.</returns>
    private static async Task<bool> AcceptLossesAsync(CommandContext context, StoredRun run, bool asks, CancellationToken stop)
    {
        var repository = context.RequireRepository().Root;
        if (
            await LossAcceptance.FindAsync(run.LossesFile(isJson: true), run.Status, repository, context.Services, stop) is not { } lost
            || (
                asks
                && context.Terminal.Ask($"{run.Status.Staging} lacks work of the run, as listed above. Does it land anyway?") is not true
            )
        )
        {
            return false;
        }
        if (!await LossAcceptance.AcceptAsync(lost, run.Status, context.Person, repository, context.Services, stop))
        {
            return false;
        }
        foreach (var place in lost.Places)
        {
            context.Terminal.Say(new UntrustedText($"given up: {place}"));
        }
        return true;
    }

    protected void AddEngine() => _engine.AddTo(this);

    /// <summary>Adds the options for commands after which the run may continue.</summary>
    protected void AddGoingOn()
    {
        Add(_detach);
        Add(_resume);
        Add(_noResume);
        AddYes();
        Validators.Add(given =>
        {
            if (given.GetValue(_resume) && given.GetValue(_noResume))
            {
                given.AddError($"{_resume.Name} and {_noResume.Name} exclude each other.");
            }
        });
    }

    /// <summary>Adds the option that answers questions with yes.</summary>
    protected void AddYes() => Add(_yes);

    /// <summary>True where questions are answered with yes.</summary>
    protected bool SaysYes(ParseResult parsed) => parsed.GetValue(_yes);

    private IEnumerable<string> KeptAs(ParseResult parsed) =>
        parsed.Tokens.Select(token => token.Value).Where(text => text != _noResume.Name);

    /// <summary>Sends a command that precedes the actual one: if no worker runs it is only kept.</summary>
    protected Task<Outcome?> TellAsync(
        ParseResult parsed,
        CommandContext context,
        StoredRun run,
        SteeringCall call,
        CancellationToken stop
    ) => SteeringDelivery.SendAsync(context, _engine.Flags(parsed), run, call, stop);

    /// <summary>Sends the command. If no worker runs it is carried out here, or the person is asked whether the run continues
    /// now.</summary>
    protected async Task<Outcome> SendAsync(
        ParseResult parsed,
        CommandContext context,
        StoredRun run,
        SteeringCall call,
        CancellationToken stop
    )
    {
        var flags = _engine.Flags(parsed);
        if (await SteeringDelivery.SendAsync(context, flags, run, call, stop) is { } code)
        {
            return code;
        }
        if (call.ComesToRest is { } isAsMeant)
        {
            return await SteeringDelivery.CarryOutAsync(context, flags, run, isAsMeant, stop);
        }
        if (Options.Contains(_detach) && parsed.GetValue(_detach))
        {
            return await SteeringDelivery.DetachAsync(context, flags, _engine.Arguments(parsed), run, stop);
        }
        var goesOn =
            Options.Contains(_noResume)
            && !parsed.GetValue(_noResume)
            && (
                parsed.GetValue(_resume)
                || SaysYes(parsed)
                || context.Terminal.Ask($"Nobody works on {run.Id}. Continue it now?", byDefault: true) is true
            );
        return goesOn
            ? await SteeringDelivery.GoOnAsync(context, flags, _engine.Arguments(parsed), run, stop)
            : SteeringDelivery.SayKept(context, run, KeptAs(parsed));
    }
}
