using Orchestrator.App.Programs;
using Orchestrator.Cli.Console;
using Orchestrator.Network;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Startup;

/// <summary>Entry point of the <c>orchestrate</c> command.</summary>
internal static class Program
{
    /// <summary>
    /// Time between an interrupt and the forced end of this process. Must exceed the time that a run needs to stop
    /// (<see cref="ForegroundRunExecutor"/>).
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    private static int Main(string[] args)
    {
        // Handled before anything else is loaded because scripts call it often.
        if (args is ["--version"])
        {
            ProductVersionPrinter.Print();
            return (int)UseCaseOutcome.Done;
        }

        // These commands are also handled early. Each start of a sandboxed program waits for the first, and the second remains in memory as
        // long as sandboxes exist.
        if (args is [SandboxSocketOpener.Command, var socket, var ports])
        {
            return HiddenSandboxProxyCommandRunner.Open(socket, ports);
        }
        if (args is [NetworkProxy.Command, var place])
        {
            return HiddenSandboxProxyCommandRunner.Serve(place);
        }

        return (int)RunAsync(args).GetAwaiter().GetResult();
    }

    private static async Task<UseCaseOutcome> RunAsync(string[] args)
    {
        using var interrupts = InterruptHandler.OfProcess();
        using var last = interrupts.Stop.Register(() => new Thread(EndAfterGrace) { IsBackground = true }.Start());
        var environment = SettingsFiles.ProcessEnvironment();
        SystemTerminal? terminal = null;
        if (FindFolder() is not { } folder)
        {
            using var told = new SystemTerminal(documents: false, environment, StandardStreams.OfProcess());
            told.Fail("The current folder no longer exists.", "Change to an existing folder (cd), then run the command again.");
            return UseCaseOutcome.Usage;
        }
        var code = await CliCommandExecutor.RunAsync(
            args,
            documents => terminal = new SystemTerminal(documents, environment, StandardStreams.OfProcess()),
            environment,
            folder,
            TimeProvider.System,
            interrupts
        );
        terminal?.Dispose();
        if (interrupts.StopNow.IsCancellationRequested)
        {
            await OrphanedProcessStopper.EndOwnAsync();
        }
        return code;
    }

    // Returns null if the current folder was removed while this process ran.
    private static string? FindFolder()
    {
        try
        {
            return Directory.GetCurrentDirectory();
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Stops the child processes and ends this process after the grace period. Does not wait for work that ignores interrupts, such as a
    /// blocked read. <c>resume</c> then continues the run as it would after a kill.
    /// </summary>
    private static void EndAfterGrace()
    {
        Thread.Sleep(Grace);
        OrphanedProcessStopper.EndOwnAsync().Wait(Grace);
#pragma warning disable RS0030 // No command can return any more.
        Environment.Exit((int)UseCaseOutcome.Resumable);
#pragma warning restore RS0030
    }
}
