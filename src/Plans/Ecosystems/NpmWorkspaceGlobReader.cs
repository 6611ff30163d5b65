using System.Text.Json;

namespace Orchestrator.Plans;

/// <summary>Reads the workspaces that a <c>package.json</c> declares.</summary>
public static class NpmWorkspaceGlobReader
{
    /// <summary>Returns the glob patterns of the workspace members' folders; empty if there are none.</summary>
    /// <param name="package">Root object of the file.</param>
    public static IReadOnlyList<string> GlobsIn(JsonElement package)
    {
        if (!package.TryGetProperty("workspaces", out var members))
        {
            return [];
        }
        if (members.ValueKind == JsonValueKind.Object && members.TryGetProperty("packages", out var packages))
        {
            members = packages;
        }
        return members.ValueKind == JsonValueKind.Array
            ? [.. members.EnumerateArray().Where(glob => glob.ValueKind == JsonValueKind.String).Select(glob => glob.GetString()!)]
            : [];
    }
}
