using Orchestrator.Cli.Engine;
using Temporal.Server.Verification;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>server verify</c>: rebuilds every workflow execution in an engine's database file from its events, and compares it with the stored
/// state. The exit code is 0 if they match, 1 if they differ, or 2 if the check was not possible.
/// </summary>
internal sealed class ServerVerifyCommand : CliCommand
{
    private readonly Option<string?> _file = EngineDatabaseFileOption.Create();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ServerVerifyCommand()
        : base("verify", "Check the engine's database file by rebuilding every run from its events")
    {
        Add(_file);
        Add(_json);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var report = Verify(EngineDatabaseFileOption.PathOf(parsed.GetValue(_file), context));
        if (parsed.GetValue(_json))
        {
            context.Print(
                new EngineCheckDocument(report.Path, report.Runs, report.Events, report.Faults),
                EngineJson.Default.EngineCheckDocument
            );
        }
        else
        {
            foreach (var fault in report.Faults)
            {
                context.Terminal.Show(fault.ToString());
            }
            context.Terminal.Show(
                $"{report.Path}: {Plural.Of(report.Runs, "run")} rebuilt from {Plural.Of(report.Events, "event")}, "
                    + (report.Faults.Count == 0 ? "no fault." : $"{Plural.Of(report.Faults.Count, "fault")}.")
            );
        }

        return Task.FromResult(report.Faults.Count == 0 ? UseCaseOutcome.Done : UseCaseOutcome.WorkFailed);
    }

    private static DatabaseVerificationResult Verify(string path)
    {
        try
        {
            return EngineDatabaseVerifier.Verify(path);
        }
        catch (InvalidOperationException refused)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"Nothing was checked: {refused.Message}.");
        }
    }
}
