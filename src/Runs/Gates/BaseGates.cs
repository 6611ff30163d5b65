using System.Text.Json;
using Orchestrator.Processes;

namespace Orchestrator.Runs.Gates;

/// <summary>What preflight found out about the gates at the base: those that were red before the work only advise in this run.</summary>
internal static class BaseGates
{
    public static void Store(RunFolder folder, IEnumerable<string> redCommands) =>
        DurableFile.Write(PathOf(folder), JsonSerializer.SerializeToUtf8Bytes(redCommands.Distinct().ToArray()));

    public static IReadOnlySet<string> RedAtBase(RunFolder folder) =>
        File.Exists(PathOf(folder))
            ? JsonSerializer.Deserialize<HashSet<string>>(File.ReadAllBytes(PathOf(folder)))!
            : new HashSet<string>();

    private static string PathOf(RunFolder folder) => Path.Combine(folder.Preflight, "red-at-base.json");
}
