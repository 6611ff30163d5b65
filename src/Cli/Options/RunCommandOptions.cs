using System.Globalization;
using Orchestrator.Settings;
using Orchestrator.Usage;

namespace Orchestrator.Cli.Options;

/// <summary>Options of commands that start a run. Each option overrides a setting for this run, or is part of the run's input.</summary>
internal sealed class RunCommandOptions
{
    /// <summary>Name of the option <c>--again</c>.</summary>
    public const string AgainName = "--again";

    public Option<string?> Phase { get; } =
        new("--phase", "-p") { Description = "Start from this phase; earlier phases count as done", HelpName = "ID" };

    public Option<string?> Land { get; } =
        new("--land")
        {
            Description = "How finished work lands: merge, squash, rebase, pr, branch or branches (default: the git.land setting)",
            HelpName = "HOW",
        };

    public Option<string?> Target { get; } =
        new("--target") { Description = "Branch on which the run lands (default: the git.target setting)", HelpName = "BRANCH" };

    public Option<string[]> Only { get; } =
        new("--only") { Description = "Run only this task (may be repeated); its dependencies count as done", HelpName = "TASK" };

    public Option<string?> Model { get; } =
        new("--model", "-m") { Description = "Model of the agents (default: the model setting)", HelpName = "MODEL" };

    public Option<string?> Workers { get; } =
        new("--workers", "-w")
        {
            Description = "Maximum number of agents that work at once (default: the workers setting)",
            HelpName = "N",
        };

    public Option<string?> Agent { get; } =
        new("--agent") { Description = "Agent that works on the tasks (default: the agent setting)", HelpName = "NAME" };

    public Option<int?> ApproveRisk { get; } =
        new("--approve-risk") { Description = "Highest risk score that needs no approval in this run", HelpName = "N" };

    public Option<decimal?> MaxCost { get; } =
        new("--max-cost")
        {
            Description = "Budget of the run in US dollars (budget.run); when the budget is used up, the run asks you how to continue",
            HelpName = "USD",
        };

    public Option<DateTimeOffset?> Until { get; } =
        new("--until")
        {
            Description = "Start no more agents after this time, such as 07:30, or a date with a time",
            HelpName = "TIME",
            CustomParser = ReadTime,
        };

    public Option<bool> Fresh { get; } = new("--fresh") { Description = "Do not reuse any task or gate results of earlier runs" };

    public Option<bool> Again { get; } =
        new(AgainName)
        {
            Description = "Run even if the same work is already in progress, or has landed and nothing has changed since then",
        };

    public Option<bool> NoProgress { get; } =
        new("--no-progress") { Description = "Print one line per state change instead of the live table" };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="isForNow">True if the command starts a run now. False to omit options that only such a run has, namely a stop time and
    /// a table.</param>
    /// <param name="hasPlan">True if the run has a plan, so that its tasks can be selected.</param>
    /// <param name="asksAgain">True if the command asks for confirmation if the same work is in progress or has landed.</param>
    public void AddTo(Command command, bool isForNow = true, bool hasPlan = true, bool asksAgain = false)
    {
        MaxCost.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] } negative])
            {
                result.AddError($"--max-cost is {negative.Value}; it can't be negative.");
            }
            else if (
                result.Tokens is [{ Value: var text }]
                && decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var zero)
                && zero == 0
            )
            {
                result.AddError("--max-cost is 0, so no agent would start. Omit the option for no limit.");
            }
        });
        Option[] ofPlan = hasPlan ? [Only, Phase] : [];
        Option[] always = [.. ofPlan, Agent, Model, Workers, Land, Target, MaxCost, ApproveRisk, Fresh];
        Option[] again = asksAgain ? [Again] : [];
        foreach (var option in isForNow ? [.. always, Until, .. again, NoProgress] : always)
        {
            command.Add(option);
        }
    }

    /// <summary>Returns the options that override a setting.</summary>
    public IReadOnlyList<SettingOverride> Flags(ParseResult parsed)
    {
        var flags = new List<SettingOverride>();
        Add("git.land", Land);
        Add("git.target", Target);
        Add("model", Model);
        Add("workers", Workers);
        Add("agent", Agent);
        if (parsed.GetValue(MaxCost) is { } most)
        {
            flags.Add(new SettingOverride(MaxCost.Name, "budget.run", most.ToString(CultureInfo.InvariantCulture)));
        }
        if (parsed.GetValue(NoProgress))
        {
            flags.Add(new SettingOverride(NoProgress.Name, "show_progress", "false"));
        }
        return flags;

        void Add(string name, Option<string?> option)
        {
            if (parsed.GetValue(option) is { } value)
            {
                flags.Add(new SettingOverride(option.Name, name, value));
            }
        }
    }

    /// <summary>Returns the names of the options on the command line that apply only to a new run.</summary>
    public IReadOnlyList<string> GivenNames(ParseResult parsed) =>
        [
            .. ((Option[])[Phase, Only, Land, Target, Model, Workers, Agent, ApproveRisk, MaxCost, Until, Fresh, Again])
                .Where(option => parsed.GetResult(option) is { Implicit: false })
                .Select(option => option.Name),
        ];

    /// <summary>Creates a run's input from these options. The command then adds the plan or request.</summary>
    /// <param name="repository">Repository in which the run works.</param>
    /// <param name="settings">Settings of the run, including these options.</param>
    public OrchestrationInput InputOf(ParseResult parsed, LocalRepositoryPaths repository, OrchestratorSettings settings) =>
        NewRunInputFactory.InputOf(repository, settings) with
        {
            Model = parsed.GetValue(Model),
            Fresh = parsed.GetValue(Fresh),
            ApproveRisk = parsed.GetValue(ApproveRisk),
            MaxCost = parsed.GetValue(MaxCost),
            Until = parsed.GetValue(Until),
        };

    private static DateTimeOffset? ReadTime(System.CommandLine.Parsing.ArgumentResult result)
    {
        var moment = WallClock.Read(result.Tokens[0].Value, DateTimeOffset.Now, out var fault);
        if (fault.Length > 0)
        {
            result.AddError(fault);
        }
        return moment;
    }
}
