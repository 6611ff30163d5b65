using Orchestrator.Runs.Loading;

namespace Orchestrator.Cli.Commands;

/// <summary><c>validate</c>: checks a plan and reports all errors at once, with advice.</summary>
internal sealed class ValidateCommand : CliCommand
{
    private readonly Argument<string> _plan = new("PLAN")
    {
        Description = "The plan file",
        DefaultValueFactory = static _ => PlanFiles.DefaultName,
    };
    private readonly Option<bool> _strict = new("--strict") { Description = "Treat warnings and advice as errors" };
    private readonly Option<string?> _print = new("--print")
    {
        Description = "Print the parsed plan as a task graph",
        HelpName = "json|yaml",
    };
    private readonly Option<bool> _schema = new("--schema") { Description = "Print the JSON Schema of task graphs, for editors" };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ValidateCommand()
        : base("validate", "Check a plan, and list every fault with its position and fix")
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
        var check = PlanCheck.Of(name, context.PlanFiles.Read(name), parsed.GetValue(_strict), context);
        if (parsed.GetValue(_print) is { } format && check.Read.Plan is { } plan)
        {
            context.Terminal.Document(
                format == "yaml" ? TaskGraphYaml.Write(plan) : UntrustedText.EscapeJson(PlanJson.WriteIndented(plan)) + "\n"
            );
        }
        else if (parsed.GetValue(_json))
        {
            context.Print(check.ToDocument(), DocumentJson.Default.ValidateDocument);
        }

        // If the plan is printed to stdout, everything else goes to stderr.
        Action<string> write = parsed.GetValue(_print) is null ? context.Terminal.Show : context.Terminal.Say;
        foreach (var line in check.Lines())
        {
            write(line);
        }
        return Task.FromResult(check.Read.IsValid ? Outcome.Done : Outcome.Usage);
    }
}
