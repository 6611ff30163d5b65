using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>Base class of commands that change an open run. Finds the run, sends the command, and shows the result.</summary>
internal abstract class SteeringCommand : CliCommand
{
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _detach = new("--detach", "-d")
    {
        Description = "If no process is executing the run, continue the run in the background",
    };
    private readonly Option<bool> _noResume = new("--no-resume")
    {
        Description = "If no process is executing the run, store the command for 'resume' without asking you",
    };
    private readonly Option<bool> _resume = new("--resume") { Description = "If no process is executing the run, continue the run now" };
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<bool> _acceptLosses = new("--accept-losses")
    {
        Description = "Accept that some work of the run was lost; the report lists the lost work",
    };
    private readonly List<(SteeringCommandParameter Argument, Symbol Symbol)> _arguments = [];

    protected SteeringCommand(string name, string description)
        : base(name, description) { }

    /// <summary>
    /// Adds an argument or option for each argument in the command's definition. Also adds the options that control whether the run
    /// continues after the command.
    /// </summary>
    /// <param name="definition">The command.</param>
    protected void AddOptionsOf(SteeringCommandDefinition definition)
    {
        foreach (var argument in definition.Arguments)
        {
            AddOptionOf(argument);
        }
        if (definition.Lands)
        {
            Add(_acceptLosses);
        }
        if (definition.Continues)
        {
            AddGoingOn();
        }
        else
        {
            AddYes();
        }
        AddEngine();
    }

    private void AddOptionOf(SteeringCommandParameter argument)
    {
        if (argument.IsRequired)
        {
            var positional = new Argument<string>(argument.Placeholder) { Description = argument.Description };
            if (argument.Values.Count > 0)
            {
                positional.AcceptOnlyFromAmong([.. argument.Values]);
            }
            Add(positional);
            _arguments.Add((argument, positional));
            return;
        }
        var option = new Option<string?>($"--{argument.Name}") { Description = argument.Description, HelpName = argument.Placeholder };
        Add(option);
        _arguments.Add((argument, option));
    }

    /// <summary>Converts the parsed command line to the arguments that are sent to the run.</summary>
    /// <param name="task">Id of the task or question, or null for the whole run.</param>
    protected SteeringCommandUserInput InputOf(ParseResult parsed, CliCommandServiceBundle context, string? task) =>
        new(context.Person, task)
        {
            Values = _arguments
                .Select(pair =>
                    (
                        pair.Argument.Name,
                        Text: pair.Symbol is Option<string?> option
                            ? parsed.GetValue(option)
                            : parsed.GetValue((Argument<string>)pair.Symbol)
                    )
                )
                .Where(pair => pair.Text is not null)
                .ToDictionary(pair => pair.Name, pair => pair.Text!, StringComparer.Ordinal),
        };

    /// <summary>
    /// Sends a command. If no worker serves the run, this process executes the run until the command has taken effect, or offers to
    /// continue the run now.
    /// </summary>
    protected Task<UseCaseOutcome> SteerAsync(
        ParseResult parsed,
        CliCommandServiceBundle context,
        StoredRun run,
        SteeringCommandDefinition definition,
        SteeringCommandUserInput input,
        CancellationToken stop
    ) =>
        new RunSteeringCommandExecutor(run, _engine.Flags(parsed), context)
        {
            Yes = AnswersYes(parsed),
            AcceptsLosses = Options.Contains(_acceptLosses) && parsed.GetValue(_acceptLosses),
            Unserved = (current, call) => ExecuteCommandAsync(parsed, context, current, call, stop),
        }.SteerAsync(definition, input, stop);

    /// <summary>
    /// Sends a command that must precede the one that the user requested. If no worker serves the run, the engine stores the command until
    /// a worker serves the run.
    /// </summary>
    protected Task<UseCaseOutcome?> SendFirstCommandAsync(
        ParseResult parsed,
        CliCommandServiceBundle context,
        StoredRun run,
        SteeringCommandDefinition definition,
        SteeringCommandUserInput input,
        CancellationToken stop
    ) => new RunSteeringCommandSender(run, _engine.Flags(parsed), context).SendAsync(definition.Call(input, run.Status), stop);

    protected void AddEngine() => _engine.AddTo(this);

    /// <summary>Adds the options that control whether and how the run continues after the command.</summary>
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
                given.AddError($"{_resume.Name} and {_noResume.Name} can't be combined.");
            }
        });
    }

    private void AddYes() => Add(_yes);

    /// <summary>True if the options answer all questions with yes.</summary>
    protected bool AnswersYes(ParseResult parsed) => parsed.GetValue(_yes);

    private async Task<UseCaseOutcome> ExecuteCommandAsync(
        ParseResult parsed,
        CliCommandServiceBundle context,
        StoredRun run,
        SteeringMessage call,
        CancellationToken stop
    )
    {
        var unserved = new UnservedRunResumer(run, _engine.Flags(parsed), context, new TerminalPresenter(context));
        if (call.Reached is { } reached)
        {
            return await unserved.ExecuteUntilAppliedAsync(reached, stop);
        }
        if (Options.Contains(_detach) && parsed.GetValue(_detach))
        {
            return await DetachedRunStarter.ShowAsync(await unserved.DetachAsync(_engine.Arguments(parsed), stop), context);
        }
        var goesOn =
            Options.Contains(_noResume)
            && !parsed.GetValue(_noResume)
            && (
                parsed.GetValue(_resume)
                || AnswersYes(parsed)
                || context.Terminal.Ask($"No process is working on {run.Id}. Continue it now?", byDefault: true) is true
            );
        return goesOn
            ? await unserved.ContinueRunAsync(_engine.Arguments(parsed), stop)
            : new RunSteeringCommandSender(run, _engine.Flags(parsed), context).StoreAndInform(
                parsed.Tokens.Select(token => token.Value).Where(text => text != _noResume.Name)
            );
    }
}
