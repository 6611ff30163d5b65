using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Orchestrator.Processes;

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
    /// <param name="refuse">Why it can't be followed, by the run's record.</param>
    protected static SteeringCall PromoteOf(CommandContext context, Func<RunStatus, string?> refuse)
    {
        var command = new PersonCommand(By: context.Person);
        return new((handle, cancel) => handle.PromoteAsync(command, cancel), "promote", command)
        {
            ComesToRest = status => status.State == RunStates.Completed,
            Refuse = refuse,
        };
    }

    protected void AddEngine() => _engine.AddTo(this);

    /// <summary>For commands after which the run may go on by itself.</summary>
    protected void AddGoingOn()
    {
        Add(_detach);
        Add(_noResume);
    }

    private string KeptAs(ParseResult parsed) =>
        string.Join(' ', parsed.Tokens.Select(token => token.Value).Where(text => text != _noResume.Name).Select(ProcessCommand.Quote));

    /// <summary>Sends a command before the one that the person is told of: where nobody works on the run it is only kept.</summary>
    protected Task<int?> TellAsync(ParseResult parsed, CommandContext context, StoredRun run, SteeringCall call, CancellationToken stop) =>
        Steering.SendAsync(context, _engine.Flags(parsed), run, call, stop);

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
            && (call.GoesOn || context.Terminal.Ask($"Nobody works on {run.Id}. Go on with it now?", byDefault: true) is true);
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
        var (run, reference) = RunReference.RequireOpen(context.RequireRepository(), parsed.GetValue(_which));
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

/// <summary><c>cancel</c>: ends a run or one task; what is merged stays on staging. A run lands without a task that was cancelled.</summary>
internal sealed class CancelCommand : SteeringCommand
{
    private readonly Argument<string?> _which = new("RUN/TASK")
    {
        Description = "The run, or one task of it",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private const int MostNamed = 5;
    private readonly Option<bool> _dependants = new("--dependants")
    {
        Description = "With a task: also those that depend on it and have not begun",
    };

    public CancelCommand()
        : base("cancel", "End a run or one task; what is merged stays on staging")
    {
        Add(_which);
        Add(_dependants);
        AddGoingOn();
        AddEngine();
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (run, reference) = RunReference.RequireOpen(context.RequireRepository(), parsed.GetValue(_which));
        return reference.FindTask(run.Status) is { } task
            ? CancelTaskAsync(parsed, context, run, task, stop)
            : SendAsync(parsed, context, run, CancelOf(context), stop);
    }

    private async Task<int> CancelTaskAsync(ParseResult parsed, CommandContext context, StoredRun run, string task, CancellationToken stop)
    {
        string[] dependants = [.. Dependants(run.Status, task)];
        var names =
            string.Join(", ", dependants.Take(MostNamed))
            + (dependants.Length > MostNamed ? $" and {dependants.Length - MostNamed} more" : "");
        var withDependants =
            dependants.Length > 0
            && (
                parsed.GetValue(_dependants)
                || context.Terminal.Ask($"{names} can't run without {task}. Cancel what depends on it, too?", byDefault: false) is true
            );
        if (dependants.Length > 0 && !withDependants)
        {
            context.Terminal.Say(
                $"{names} can't run without {task}: add --dependants to leave that out, too, or 'skip' {task} to run it without."
            );
        }
        foreach (var id in withDependants ? dependants : [])
        {
            await TellAsync(parsed, context, run, CancelOf(context, id), stop);
        }
        return await SendAsync(parsed, context, run, CancelOf(context, task), stop);
    }

    private static SteeringCall CancelOf(CommandContext context, string task)
    {
        var command = new TaskCommand(task, By: context.Person);
        return new((handle, cancel) => handle.CancelTaskAsync(command, cancel), "cancelTask", command);
    }

    private static IEnumerable<string> Dependants(RunStatus run, string task)
    {
        if (TaskStates.IsDone(run.Tasks.First(t => t.Id == task).State))
        {
            return [];
        }
        var concerned = new HashSet<string>(StringComparer.Ordinal) { task };
        bool hasGrown;
        do
        {
            hasGrown = run.Tasks.Any(other =>
                !TaskStates.IsDone(other.State)
                && other.State != TaskStates.Cancelled
                && other.DependsOn.Any(concerned.Contains)
                && concerned.Add(other.Id)
            );
        } while (hasGrown);
        return run.Tasks.Select(other => other.Id).Where(id => id != task && concerned.Contains(id));
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
        var (run, reference) = RunReference.RequireOpen(context.RequireRepository(), parsed.GetValue(_which));
        var task = reference.RequireTask(run.Status);
        var command = new TaskCommand(task, parsed.GetValue(_guidance) ?? "", context.Person);
        return SendAsync(
            parsed,
            context,
            run,
            new SteeringCall((handle, cancel) => handle.RetryTaskAsync(command, cancel), "retryTask", command)
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
        var (run, reference) = RunReference.RequireOpen(context.RequireRepository(), parsed.GetValue(_which));
        var task = reference.RequireTask(run.Status);
        var command = new TaskCommand(task, By: context.Person);
        return SendAsync(
            parsed,
            context,
            run,
            new SteeringCall((handle, cancel) => handle.SkipTaskAsync(command, cancel), "skipTask", command)
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
        var (reason, who) = (_approve ? "" : parsed.GetValue(_reason) ?? "", context.Person);
        return _approve
            ? SendAsync(
                parsed,
                context,
                run,
                new SteeringCall((handle, cancel) => handle.ApproveAsync(id, who, cancel), "approve", new ApprovalCommand(id, By: who))
                {
                    Refuse = status => StoredRefusals.OfApprove(status, id),
                },
                stop
            )
            : SendAsync(
                parsed,
                context,
                run,
                new SteeringCall(
                    (handle, cancel) => handle.RejectAsync(id, who, reason, cancel),
                    "reject",
                    new ApprovalCommand(id, reason, who)
                )
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
        return SendAsync(parsed, context, run, PromoteOf(context, StoredRefusals.OfPromote), stop);
    }
}

/// <summary><c>land</c>: lands what is merged of a run, also while other tasks of it need a person.</summary>
internal sealed class LandCommand : SteeringCommand
{
    private readonly Argument<string?> _run = new("RUN") { Description = "The run", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _merged = new("--merged")
    {
        Description = "What is merged by now, when the gates of the whole run hold on it; the other tasks stay open",
    };

    public LandCommand()
        : base("land", "Land a run, or with --merged what is merged of it by now")
    {
        Add(_run);
        Add(_merged);
        AddEngine();
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var run = StoredRuns.RequireOpen(context.RequireRepository(), parsed.GetValue(_run));
        var before = run.Status.LandedCommit;
        var command = new PersonCommand(By: context.Person);
        return parsed.GetValue(_merged)
            ? SendAsync(
                parsed,
                context,
                run,
                new SteeringCall((handle, cancel) => handle.LandMergedAsync(command, cancel), "landMerged", command)
                {
                    ComesToRest = status => status.LandedCommit != before && status.State != RunStates.Landing,
                    Refuse = StoredRefusals.OfLandMerged,
                },
                stop
            )
            : SendAsync(parsed, context, run, PromoteOf(context, StoredRefusals.OfLand), stop);
    }
}
