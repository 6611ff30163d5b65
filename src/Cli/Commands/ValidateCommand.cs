using System.CommandLine;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Overviews;
using Orchestrator.Plans;
using Orchestrator.Runs.Loading;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>validate</c>: checks a plan and reports all errors at once, with advice.</summary>
internal sealed class ValidateCommand : CliCommand
{
    private readonly Argument<string> _plan = new("PLAN")
    {
        Description = "The plan file",
        DefaultValueFactory = static _ => PlanFiles.DefaultName,
    };
    private readonly Option<bool> _strict = new("--strict") { Description = "Warnings and advice are errors" };
    private readonly Option<string?> _print = new("--print")
    {
        Description = "Print the plan as it was understood, as a task graph",
        HelpName = "json|yaml",
    };
    private readonly Option<bool> _schema = new("--schema") { Description = "Print the JSON Schema of task graphs, for editors" };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ValidateCommand()
        : base("validate", "Check a plan and name every fault with its place and cure")
    {
        _print.AcceptOnlyFromAmong("json", "yaml");
        Add(_plan);
        Add(_strict);
        Add(_print);
        Add(_schema);
        Add(_json);
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        if (parsed.GetValue(_schema))
        {
            context.Terminal.Document(TaskGraphSchema.Text);
            return Task.FromResult(Outcome.Done);
        }

        var name = parsed.GetRequiredValue(_plan);
        var read = context.PlanFiles.Read(name).WithConflicts();

        var settings = read.Plan is null ? null : context.FindSettings();
        read = read.WithAdvice(hasFurtherGates: settings?.Gates.Task is { Count: > 0 });
        if (parsed.GetValue(_strict))
        {
            read = read.AsStrict();
        }
        if (parsed.GetValue(_print) is { } format && read.Plan is { } plan)
        {
            context.Terminal.Document(
                format == "yaml" ? TaskGraphYaml.Write(plan) : UntrustedText.EscapeJson(PlanJson.WriteIndented(plan)) + "\n"
            );
        }
        else if (parsed.GetValue(_json))
        {
            PrintJson(context, name, read, settings);
        }

        // If the plan is printed to stdout, everything else goes to stderr.
        Action<string> write = parsed.GetValue(_print) is null ? context.Terminal.Show : context.Terminal.Say;
        foreach (var line in PlanFault.List(read.Faults))
        {
            write(line);
        }
        if (read.IsValid && settings is not null)
        {
            GatesOverview.Write(read.Plan!, settings, context, write);
        }
        var tasks = Plural.Of(read.TaskCount, "task");
        var errors = Plural.Of(read.Errors.Count, "error");
        write(read.IsValid ? $"{name} is valid: {tasks}." : $"{name} can't be run: {errors}.");
        return Task.FromResult(read.IsValid ? Outcome.Done : Outcome.Usage);
    }

    private static void PrintJson(CommandContext context, string name, PlanReadResult read, OrchestratorSettings? settings) =>
        context.Print(
            new ValidateDocument(
                name,
                read.IsValid,
                read.TaskCount,
                [.. read.Errors.Select(FaultEntry.Of)],
                [.. read.Warnings.Select(FaultEntry.Of)],
                [.. read.Advice.Select(FaultEntry.Of)],
                read.IsValid && settings is not null && GatesOverview.Find(settings, context) is { } gates
                    ? DecidingGatesEntry.Of(read.Plan!, gates)
                    : null
            ),
            DocumentJson.Default.ValidateDocument
        );
}
