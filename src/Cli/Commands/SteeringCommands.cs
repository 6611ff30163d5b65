using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;

namespace Orchestrator.Cli.Commands;

/// <summary>A command that changes an open run: finds the run, sends, and says what came of it.</summary>
internal abstract class SteeringCommand : CliCommand
{
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _detach = new("--detach", "-d")
    {
        Description = "Where nobody works on the run: go on in the background",
    };
    private readonly Option<bool> _noResume = new("--no-resume")
    {
        Description = "Where nobody works on the run: keep it for 'resume', ask nothing",
    };

    protected SteeringCommand(string name, string description)
        : base(name, description) { }

    protected Option<string?> TextOption(string name, string description) => new(name) { Description = description, HelpName = "TEXT" };

    /// <summary>The command that ends a run.</summary>
    protected static SteeringCall CancelOf() =>
        new((handle, cancel) => handle.CancelAsync(cancel), "cancel") { ComesToRest = status => RunStates.IsFinal(status.State) };

    protected void AddEngine() => _engine.AddTo(this);

    /// <summary>For commands after which the run may go on by itself.</summary>
    protected void AddGoingOn()
    {
        Add(_detach);
        Add(_noResume);
    }

    private string KeptAs(ParseResult parsed) =>
        string.Join(' ', parsed.Tokens.Select(token => token.Value).Where(text => text != _noResume.Name));

    /// <summary>
    /// Sends the command. Where nobody works on the run it is carried out here, or whoever gave it is asked whether the run goes on now.
    /// </summary>
    protected async Task<int> SendAsync(
        ParseResult parsed,
        CommandContext context,
        StoredRun run,
        SteeringCall call,
        CancellationToken stop
    )
    {
        var flags = _engine.Flags(parsed);
        if (await Steering.SendAsync(context, flags, run, call, stop) is { } code)
        {
            return code;
        }
        if (call.ComesToRest is { } isAsMeant)
        {
            return await Steering.CarryOutAsync(context, flags, run, isAsMeant, stop);
        }
        if (Options.Contains(_detach) && parsed.GetValue(_detach))
        {
            return await Steering.DetachAsync(context, flags, _engine.Arguments(parsed), run, stop);
        }
        var goesOn =
            Options.Contains(_noResume)
            && !parsed.GetValue(_noResume)
            && context.Terminal.Ask($"Nobody works on {run.Id}. Go on with it now?", byDefault: true) is true;
        return goesOn
            ? await Steering.GoOnAsync(context, flags, _engine.Arguments(parsed), run, stop)
            : Steering.SayKept(context, run, KeptAs(parsed));
    }
}

/// <summary><c>pause</c>: agents are interrupted and keep their conversation.</summary>
internal sealed class PauseCommand : SteeringCommand
{
    private readonly Argument<string?> _which = new("RUN/TASK")
    {
        Description = "The run, or one task of it",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public PauseCommand()
        : base("pause", "Pause a run or one task; agents keep their conversation")
    {
        Add(_which);
        AddGoingOn();
        AddEngine();
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var reference = RunReference.Parse(parsed.GetValue(_which));
        var run = StoredRuns.RequireOpen(context.RequireRepository(), reference.Run);
        var task = reference.FindTask(run.Status);
        return SendAsync(
            parsed,
            context,
            run,
            new SteeringCall((handle, cancel) => handle.PauseAsync(task, cancel), "pause", task is null ? null : new TaskCommand(task))
            {
                ComesToRest = task is null ? status => status.Paused : null,
                Refuse = task is null ? null : status => StoredRefusals.OfPause(status, task),
            },
            stop
        );
    }
}

/// <summary><c>cancel</c>: ends a run or one task; what is merged stays on staging.</summary>
internal sealed class CancelCommand : SteeringCommand
{
    private readonly Argument<string?> _which = new("RUN/TASK")
    {
        Description = "The run, or one task of it",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public CancelCommand()
        : base("cancel", "End a run or one task; what is merged stays on staging")
    {
        Add(_which);
        AddGoingOn();
        AddEngine();
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var reference = RunReference.Parse(parsed.GetValue(_which));
        var run = StoredRuns.RequireOpen(context.RequireRepository(), reference.Run);
        return reference.FindTask(run.Status) is { } task
            ? SendAsync(
                parsed,
                context,
                run,
                new SteeringCall((handle, cancel) => handle.CancelTaskAsync(task, cancel), "cancelTask", new TaskCommand(task)),
                stop
            )
            : SendAsync(parsed, context, run, CancelOf(), stop);
    }
}

/// <summary><c>retry</c>: tries a task again, with words of a person.</summary>
internal sealed class RetryCommand : SteeringCommand
{
    private readonly Argument<string> _which = new("RUN/TASK") { Description = "The task" };
    private readonly Option<string?> _guidance;

    public RetryCommand()
        : base("retry", "Try a task again")
    {
        _guidance = TextOption("--guidance", "What the agent should know this time");
        Add(_which);
        Add(_guidance);
        AddGoingOn();
        AddEngine();
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var reference = RunReference.Parse(parsed.GetValue(_which));
        var run = StoredRuns.RequireOpen(context.RequireRepository(), reference.Run);
        var task = reference.RequireTask(run.Status);
        var guidance = parsed.GetValue(_guidance) ?? "";
        return SendAsync(
            parsed,
            context,
            run,
            new SteeringCall(
                (handle, cancel) => handle.RetryTaskAsync(task, guidance, cancel),
                "retryTask",
                new TaskCommand(task, guidance)
            )
            {
                Refuse = status => StoredRefusals.OfRetry(status, task),
            },
            stop
        );
    }
}

/// <summary><c>skip</c>: counts a task as done without changes, so that its dependants run.</summary>
internal sealed class SkipCommand : SteeringCommand
{
    private readonly Argument<string> _which = new("RUN/TASK") { Description = "The task" };

    public SkipCommand()
        : base("skip", "Count a task as done without changes")
    {
        Add(_which);
        AddGoingOn();
        AddEngine();
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var reference = RunReference.Parse(parsed.GetValue(_which));
        var run = StoredRuns.RequireOpen(context.RequireRepository(), reference.Run);
        var task = reference.RequireTask(run.Status);
        return SendAsync(
            parsed,
            context,
            run,
            new SteeringCall((handle, cancel) => handle.SkipTaskAsync(task, cancel), "skipTask", new TaskCommand(task))
            {
                Refuse = status => StoredRefusals.OfSkip(status, task),
            },
            stop
        );
    }
}

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
        var reason = _approve ? "" : parsed.GetValue(_reason) ?? "";
        return _approve
            ? SendAsync(
                parsed,
                context,
                run,
                new SteeringCall((handle, cancel) => handle.ApproveAsync(id, cancel), "approve", new ApprovalCommand(id)),
                stop
            )
            : SendAsync(
                parsed,
                context,
                run,
                new SteeringCall((handle, cancel) => handle.RejectAsync(id, reason, cancel), "reject", new ApprovalCommand(id, reason))
                {
                    ComesToRest = id == "plan" ? status => RunStates.IsFinal(status.State) : null,
                    Refuse = status => StoredRefusals.OfReject(status, id),
                },
                stop
            );
    }

    // What is no open question, because it is answered or not yet asked, the run itself has an answer to.
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

/// <summary><c>promote</c>: tries again to land a run whose target needed a person.</summary>
internal sealed class PromoteCommand : SteeringCommand
{
    private readonly Argument<string?> _run = new("RUN") { Description = "The run", Arity = ArgumentArity.ZeroOrOne };

    public PromoteCommand()
        : base("promote", "Land a run that waits for its target branch")
    {
        Add(_run);
        AddEngine();
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var run = StoredRuns.RequireOpen(context.RequireRepository(), parsed.GetValue(_run));
        return SendAsync(
            parsed,
            context,
            run,
            new SteeringCall((handle, cancel) => handle.PromoteAsync(cancel), "promote")
            {
                ComesToRest = status => status.State == RunStates.Completed,
                Refuse = StoredRefusals.OfPromote,
            },
            stop
        );
    }
}
