using System.Text;
using System.Text.Json;

namespace Orchestrator.Gates.Packages;

/// <summary>
/// Reads the allowed versions of a package from a manifest, if the format of the manifest can be read without the package manager.
/// </summary>
public static class ManifestPackageVersionReader
{
    private const long LargestFile = 64 * 1024 * 1024;
    private static readonly string[] NpmSections = ["dependencies", "devDependencies", "optionalDependencies"];

    /// <summary>
    /// Returns the allowed versions of a package. Null if the manifest does not contain the package or only the package manager can read
    /// the manifest.
    /// </summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="path">Path of the file to read.</param>
    public static string? Find(PackageManifest manifest, AgentPackageRequest package, string path)
    {
        if (TextOf(path) is not { } text)
        {
            return null;
        }
        return manifest.Tool.Prefix switch
        {
            "npm" => OfNpm(text, package.Name, NpmSections),
            "pypi" when manifest.Tool.Line is not null => PythonRequirementsFileEditor.VersionOf(text, manifest.Tool, package.Name),
            _ => null,
        };
    }

    /// <summary>
    /// True if an npm manifest lists the package as a production dependency. Installing it as a development dependency would remove that
    /// entry.
    /// </summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="path">Path of the file to read.</param>
    public static bool IsForAll(PackageManifest manifest, AgentPackageRequest package, string path) =>
        manifest.Tool.Prefix == "npm" && TextOf(path) is { } text && OfNpm(text, package.Name, ["dependencies"]) is not null;

    // A program that ran in the tree may have created a pipe or a link at the path.
    private static string? TextOf(string path) =>
        RegularFileReader.TryRead(path, LargestFile) is { } content ? Encoding.UTF8.GetString(content) : null;

    private static string? OfNpm(string text, string name, string[] sections)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind != JsonValueKind.Object
                ? null
                : sections
                    .Select(section =>
                        json.RootElement.TryGetProperty(section, out var packages)
                        && packages.ValueKind == JsonValueKind.Object
                        && packages.TryGetProperty(name, out var version)
                            ? version.ToString()
                            : null
                    )
                    .FirstOrDefault(version => version is not null);
        }
        catch (JsonException)
        {
            return null; // The file is invalid, and npm reports the error.
        }
    }
}
