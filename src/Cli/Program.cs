using Orchestrator.Cli;
using Orchestrator.Cli.Console;
using Orchestrator.Settings;

// Nothing is loaded for this: scripts ask it often.
if (args is ["--version"])
{
    VersionText.Print();
    return ExitCodes.Done;
}

return await Start(args);

static async Task<int> Start(string[] args)
{
    using var interrupts = Interrupts.OfProcess();
    var environment = SettingsFiles.ProcessEnvironment();
    return await CommandLine.RunAsync(
        args, documents => new SystemTerminal(documents, environment), environment, Directory.GetCurrentDirectory(), TimeProvider.System, interrupts);
}
