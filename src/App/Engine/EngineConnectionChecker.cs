using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.App.Setup;

namespace Orchestrator.App.Engine;

/// <summary>
/// Checks the engine of a repository's runs. Does not start an engine, and connects only to a configured Temporal server.
/// </summary>
public static class EngineConnectionChecker
{
    private const string Name = "engine";

    /// <summary>
    /// Checks the engine that the settings specify, and returns the result as an entry for <c>check</c>. Connects only to a configured
    /// Temporal server, and not to the embedded engine.
    /// </summary>
    public static async Task<MachineReadinessCheckResult> RunAsync(
        LocalRepositoryPaths repository,
        OrchestratorSettings settings,
        UseCaseServiceBundle context,
        CancellationToken stop
    )
    {
        if (settings.Temporal.Address is null)
        {
            return await EngineProcessFinder.FindAsync(repository.OrchestratorFolder, stop) is { } owner
                ? new(Name, MachineReadinessCheckStatus.Ok, $"The embedded engine is running in process {owner.Pid}.")
                : new(Name, MachineReadinessCheckStatus.Ok, "The embedded engine will start with the first run.");
        }

        try
        {
            await using var connection = await EngineConnection.OpenAsync(
                repository,
                settings,
                context,
                NullLoggerFactory.Instance,
                stays: false,
                stop
            );
            var missing = await SearchAttributeProbe.MissingAsync(connection.Client, stop);
            return missing.Count == 0
                ? new(Name, MachineReadinessCheckStatus.Ok, connection.Description + ".")
                : new(
                    Name,
                    MachineReadinessCheckStatus.Warn,
                    $"{connection.Description}. It can't list runs by {string.Join(" and ", missing)}; everything else works.",
                    "An operator must add the missing search attributes once: "
                        + string.Join(
                            "; ",
                            missing.Select(name =>
                                $"temporal operator search-attribute create --name {name} --type {RunSearchAttributes.Types[name]}"
                            )
                        )
                );
        }
        catch (UseCaseException fault)
        {
            return new(Name, MachineReadinessCheckStatus.Fail, fault.Message, fault.Cure);
        }
        catch (UserRequestRefusedException refused)
        {
            return new(Name, MachineReadinessCheckStatus.Fail, refused.Message, refused.Cure);
        }
    }
}
