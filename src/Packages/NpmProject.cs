using System.Text.Json;

namespace Orchestrator.Packages;

/// <summary>The work of <c>npm ci</c> in a project beside fetching packages.</summary>
public static class NpmProject
{
    // Those that 'npm ci' runs of the project itself (https://docs.npmjs.com/cli/using-npm/scripts, "Life Cycle Operation Order").
    private static readonly string[] InstallScripts =
    [
        "preinstall",
        "install",
        "postinstall",
        "prepublish",
        "preprepare",
        "prepare",
        "postprepare",
    ];

    /// <summary>True if all that it installs comes from packages: it runs no script of the project and links no folder of it, so that it
    /// makes the same wherever the same packages are asked for. False where the files can't be read.</summary>
    /// <param name="manifest">The text of <c>package.json</c>.</param>
    /// <param name="lockFile">The text of <c>package-lock.json</c>.</param>
    public static bool InstallsPackagesAlone(string manifest, string lockFile)
    {
        try
        {
            using var project = JsonDocument.Parse(manifest);
            using var locked = JsonDocument.Parse(lockFile);
            var scripts = project.RootElement.TryGetProperty("scripts", out var named) ? named : default;
            return !project.RootElement.TryGetProperty("workspaces", out _)
                && (scripts.ValueKind != JsonValueKind.Object || !InstallScripts.Any(name => scripts.TryGetProperty(name, out _)))
                && locked.RootElement.TryGetProperty("packages", out var packages)
                && packages.EnumerateObject().All(package => package.Name.Length == 0 || IsFetched(package));
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    // A folder of the project is a link, or lies outside of node_modules; an archive in it is resolved as 'file:'.
    private static bool IsFetched(JsonProperty package) =>
        package.Name.StartsWith("node_modules/", StringComparison.Ordinal)
        && !package.Value.TryGetProperty("link", out _)
        && !(
            package.Value.TryGetProperty("resolved", out var from)
            && from.GetString()?.StartsWith("file:", StringComparison.Ordinal) == true
        );
}
