namespace Orchestrator.Cli.Commands;

/// <summary><c>schema</c>: prints the JSON Schemas of this program's input and output, for editors and other programs.</summary>
internal sealed class SchemaCommand : CliCommand
{
    private readonly Argument<string> _of = new("WHAT")
    {
        Description =
            "plan (task graphs), config (the configuration), run-input (input that starts a run) or status (output of 'status --json')",
    };

    public SchemaCommand()
        : base("schema", "Print the JSON Schema of a plan, the configuration, a run's input or its status")
    {
        _of.AcceptOnlyFromAmong([.. Schemas.Names]);
        Add(_of);
    }

    public override bool WorksEverywhere => true;

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        context.Terminal.Document(Schemas.Of(parsed.GetRequiredValue(_of)) + "\n");
        return Task.FromResult(Outcome.Done);
    }
}
