using System.Xml.Linq;

namespace Orchestrator.House.Tests;

/// <summary>The assemblies that were built with these tests.</summary>
internal static class Assemblies
{
    /// <summary>The assembly of a project of the product.</summary>
    public static string Of(string projectFile)
    {
        DirectoryInfo output = new(AppContext.BaseDirectory);
        var folder = Path.Combine(Path.GetDirectoryName(projectFile)!, "bin", output.Parent!.Name);
        var built = Directory.EnumerateFiles(folder, "*.dll", SearchOption.AllDirectories);
        var xml = XDocument.Load(projectFile).Descendants("AssemblyName").FirstOrDefault()?.Value;
        var name = Path.GetFileNameWithoutExtension(projectFile);
        string[] names = [xml ?? "", name, "Orchestrator." + name];
        return built.First(file =>
            names.Contains(Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal)
            && !file.Contains($"{Path.DirectorySeparatorChar}ref", StringComparison.Ordinal)
        );
    }
}
