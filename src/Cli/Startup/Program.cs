using Orchestrator.Cli.Console;
using Orchestrator.Runs.Hosting;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Startup;

/// <summary>The <c>orchestrate</c> command.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        // Nothing more is loaded for this, because scripts ask it often.
        if (args is ["--version"])
        {
            VersionText.Print();
            return ExitCodes.Done;
        }

        return RunAsync(args).GetAwaiter().GetResult();
    }

    private static async Task<int> RunAsync(string[] args)
    {
        using var interrupts = Interrupts.OfProcess();
        var environment = SettingsFiles.ProcessEnvironment();
        SystemTerminal? terminal = null;
        var code = await CommandLine.RunAsync(
            args,
            documents => terminal = new SystemTerminal(documents, environment, ConsoleEnds.OfProcess()),
            environment,
            Directory.GetCurrentDirectory(),
            TimeProvider.System,
            interrupts
        );
        terminal?.Dispose();
        if (interrupts.StopNow.IsCancellationRequested)
        {
            await WorkInHand.EndOwnAsync();
        }
        return code;
    }
}
