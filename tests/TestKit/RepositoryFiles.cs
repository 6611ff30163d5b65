namespace Orchestrator.TestKit;

/// <summary>Finds files of this repository and programs built from it, starting from the folder of the running tests.</summary>
public static class RepositoryFiles
{
    private static readonly Lazy<string> FoundRoot = new(FindRoot);

    /// <summary>Root of the repository.</summary>
    public static string Root => FoundRoot.Value;

    /// <summary>Returns the absolute path of a file or folder in the repository.</summary>
    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    /// <summary>Returns the path of a program that was built in the same configuration as the running tests.</summary>
    /// <param name="project">Folder of the program's project, such as <c>src/Cli</c>.</param>
    /// <param name="name">Name of the program, such as <c>orchestrate</c>.</param>
    /// <exception cref="FileNotFoundException">The program was not built.</exception>
    public static string BuiltProgram(string project, string name)
    {
        DirectoryInfo output = new(AppContext.BaseDirectory);
        var framework = output.Name;
        var configuration = output.Parent!.Name;
        var path = Path($"{project}/bin/{configuration}/{framework}/{name}");
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is not there. Build it first: dotnet build {project} -c {configuration}", path);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Orchestrator.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Orchestrator.sln.");
    }
}
