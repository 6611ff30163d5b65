using Orchestrator.App.PlanFiles;

namespace Orchestrator.Cli.Commands;

/// <summary><c>validate</c>: checks a plan and reports all errors at once, with advice.</summary>
internal sealed class ValidateCommand : CliCommand
{
    private readonly Argument<string> _plan = new("PLAN")
    {
        Description = "The plan file",
        DefaultValueFactory = static _ => PlanAndReferencedFileReader.DefaultName,
    };
    private readonly Option<bool> _strict = new("--strict") { Description = "Treat warnings and advice as errors" };
    private readonly Option<string?> _print = new("--print")
    {
        Description = "Print the parsed plan as a task graph in this format",
        HelpName = "json|yaml",
    };
    private readonly Option<string?> _view = PlanAnalysisPrinter.Option();
    private readonly Option<string?> _config = new("--config")
    {
        Description = "With --view risk, read patterns and thresholds from this file instead of the repository's configuration",
        HelpName = "FILE",
    };
    private readonly Option<string?> _schema = new("--schema")
    {
        Description =
            "Print the JSON Schema of task graphs (plan, the default), the configuration, the input that starts a run, or the "
            + "output of 'status --json'",
        Arity = ArgumentArity.ZeroOrOne,
    };

    // The format option of the former command 'graph'.
    private readonly Option<string?> _format = new("--format") { Hidden = true };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ValidateCommand()
        : base("validate", "Check a plan, and list every problem with its position and fix")
    {
        _print.AcceptOnlyFromAmong("json", "yaml");
        _format.AcceptOnlyFromAmong("text", PlanAnalysisPrinter.Mermaid, PlanAnalysisPrinter.Dot);
        _schema.AcceptOnlyFromAmong([.. JsonSchemaBuilder.Names]);
        Add(_plan);
        foreach (var option in new Option[] { _strict, _view, _config, _format, _print, _schema, _json })
        {
            Add(option);
        }
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        if (parsed.GetResult(_schema) is not null)
        {
            context.Terminal.Document(JsonSchemaBuilder.Of(parsed.GetValue(_schema) ?? JsonSchemaBuilder.Plan) + "\n");
            return Task.FromResult(UseCaseOutcome.Done);
        }
        var name = parsed.GetRequiredValue(_plan);
        if (parsed.GetValue(_view) is { } view)
        {
            return Task.FromResult(
                PlanAnalysisPrinter.Show(
                    context.PlanFiles.Require(name),
                    parsed.GetValue(_format) is { } format and not "text" ? format : view,
                    parsed.GetValue(_config),
                    parsed.GetValue(_json),
                    context
                )
            );
        }
        var check = PlanCheckResult.Of(name, context.PlanFiles.Read(name), parsed.GetValue(_strict), context);
        if (parsed.GetValue(_print) is { } printed && check.Read.Plan is { } plan)
        {
            context.Terminal.Document(
                printed == "yaml" ? TaskGraphYamlWriter.Write(plan) : UntrustedText.EscapeJson(PlanJson.WriteIndented(plan)) + "\n"
            );
        }
        else if (parsed.GetValue(_json))
        {
            context.Print(check.ToDocument(), DocumentJson.Default.ValidateDocument);
        }

        // If the plan is printed to stdout, everything else goes to stderr.
        Action<string> write = parsed.GetValue(_print) is null ? context.Terminal.Show : context.Terminal.Inform;
        foreach (var line in check.Lines())
        {
            write(line);
        }
        return Task.FromResult(check.Read.IsValid ? UseCaseOutcome.Done : UseCaseOutcome.Usage);
    }
}
