using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Packages;

/// <summary>File that lists the packages of a project, and the package manager that reads it.</summary>
/// <param name="Tool">Package manager.</param>
/// <param name="Path">Path of the file, relative to the repository.</param>
public sealed record PackageManifest(PackageManagerCommandSyntax Tool, string Path)
{
    /// <summary>Folder of the manifest relative to the repository, or empty for the root.</summary>
    public string Folder => RepositoryPath.FolderOf(Path);

    /// <summary>File name of the manifest.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>
    /// Finds the manifest to which an agent's package request refers. Returns null if there is no usable manifest or more than one.
    /// </summary>
    /// <param name="files">Files of staging.</param>
    /// <param name="folder">Folder in the request, or empty for the root.</param>
    /// <param name="prefix">Ecosystem named in the request, or empty if the request names none.</param>
    /// <param name="problem">Message for the agent that explains why the manifest can't be used. Empty if it can be used or if no manifest
    /// exists.</param>
    public static PackageManifest? Find(IReadOnlyCollection<string> files, string folder, string prefix, out string problem)
    {
        problem = "";
        var here = files
            .Where(file => RepositoryPath.FolderOf(file) == folder)
            .Select(file => System.IO.Path.GetFileName(file))
            .ToHashSet();
        var found = In(here, folder).Where(manifest => prefix.Length == 0 || manifest.Tool.Prefix == prefix).ToList();
        if (found.Count == 0 && folder.Length == 0 && prefix is "" or "nuget")
        {
            // Without a folder, the whole tree is searched, because .NET project files are rarely in the root.
            found = [.. files.Where(IsProject).Select(file => new PackageManifest(PackageManagerCommandSyntax.Dotnet, file))];
        }
        var place = folder.Length == 0 ? "the root of the repository" : FileNameEncoding.Show(folder);
        if (found.Count > 1)
        {
            problem =
                $"Several manifests list packages: {FileNameEncoding.List([.. found.Select(manifest => manifest.Path)])}. Choose "
                + $"one by its ecosystem ({string.Join(", ", found.Select(m => m.Tool.Prefix).Distinct().Select(p => $"{p}:NAME"))}) "
                + "or its folder (--in FOLDER).";
            return null;
        }
        if (found is [var one])
        {
            var other = Ecosystems
                .All.FirstOrDefault(row => row.Registry == one.Tool.Prefix)
                ?.ManagersOf(here)
                .FirstOrDefault(o => !o.Installs);
            problem = other is null ? "" : $"{one.Path} belongs to {other.Name}, which is not supported for package installation.";
            return other is null ? one : null;
        }
        if (prefix.Length > 0 || folder.Length > 0)
        {
            problem = $"No manifest on staging lists packages{(prefix.Length > 0 ? $" of {prefix}" : "")} in {place}.";
        }
        return null;
    }

    private static IEnumerable<PackageManifest> In(HashSet<string> names, string folder)
    {
        var before = folder.Length == 0 ? "" : folder + "/";
        foreach (
            var (name, tool) in ((string, PackageManagerCommandSyntax)[])
                [
                    ("package.json", PackageManagerCommandSyntax.Npm),
                    ("Cargo.toml", PackageManagerCommandSyntax.Cargo),
                    ("go.mod", PackageManagerCommandSyntax.Go),
                ]
        )
        {
            if (names.Contains(name))
            {
                yield return new PackageManifest(tool, before + name);
            }
        }
        if (names.Contains("requirements.txt") && !Ecosystems.Manager("uv").LockFiles.Any(names.Contains))
        {
            yield return new PackageManifest(PackageManagerCommandSyntax.Pip, before + "requirements.txt");
        }
        else if (names.Contains("pyproject.toml"))
        {
            yield return new PackageManifest(PackageManagerCommandSyntax.Uv, before + "pyproject.toml");
        }
        foreach (var name in names.Where(IsProject).Order(StringComparer.Ordinal))
        {
            yield return new PackageManifest(PackageManagerCommandSyntax.Dotnet, before + name);
        }
    }

    private static bool IsProject(string file) =>
        file.EndsWith(".csproj", StringComparison.Ordinal)
        || file.EndsWith(".fsproj", StringComparison.Ordinal)
        || file.EndsWith(".vbproj", StringComparison.Ordinal);
}
