using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Commands;

/// <summary><c>version</c>: prints the versions of the program and the runtime.</summary>
internal sealed class VersionCommand : CliCommand
{
    private readonly Option<bool> _json = GlobalOptions.Json();

    public VersionCommand()
        : base("version", "Show the version") => Add(_json);

    public override bool WorksEverywhere => true;

    public override bool IsForAgents => true;

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        if (parsed.GetValue(_json))
        {
            context.Print(
                new VersionDocument(
                    ProductVersion.Value,
                    ProductVersion.Build,
                    RuntimeInformation.FrameworkDescription,
                    RuntimeInformation.RuntimeIdentifier
                ),
                DocumentJson.Default.VersionDocument
            );
        }
        else
        {
            context.Terminal.Result(ProductVersion.Value + "\n");
        }
        return Task.FromResult(UseCaseOutcome.Done);
    }
}
