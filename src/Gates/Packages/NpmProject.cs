using System.Text.Json;

namespace Orchestrator.Gates.Packages;

/// <summary>Determines whether <c>npm ci</c> does more in a project than install packages.</summary>
public static class NpmProject
{
    // Names of the project's own scripts that 'npm ci' runs (https://docs.npmjs.com/cli/using-npm/scripts, "Life Cycle Operation Order").
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

    /// <summary>
    /// True if <c>npm ci</c> only installs packages, because it runs no script of the project and links no folder of the project. The
    /// installed files then depend only on the requested packages. False if the files can't be read.
    /// </summary>
    /// <param name="manifest">Text of <c>package.json</c>.</param>
    /// <param name="lockFile">Text of <c>package-lock.json</c>.</param>
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

    // A folder of the project is a link or lies outside node_modules. An archive in the project is resolved as 'file:'.
    private static bool IsFetched(JsonProperty package) =>
        package.Name.StartsWith("node_modules/", StringComparison.Ordinal)
        && !package.Value.TryGetProperty("link", out _)
        && !(
            package.Value.TryGetProperty("resolved", out var from)
            && from.GetString()?.StartsWith("file:", StringComparison.Ordinal) == true
        );
}
