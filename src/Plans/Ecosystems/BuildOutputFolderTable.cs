namespace Orchestrator.Plans;

/// <summary>Build output folders that are recognized by the contents of a manifest or configuration file.</summary>
internal static class BuildOutputFolderTable
{
    private static readonly string[] Bundlers = MainLanguageEcosystemDefinitions.Names(
        "package.json tsconfig.json tsconfig.*.json vite.config.* webpack.config.* rollup.config.* next.config.* electron.vite.config.*"
    );

    /// <summary>Output folders of JavaScript projects.</summary>
    public static IReadOnlyList<EcosystemOutputFolder> OfJavaScript { get; } =
    [
        new("dist", "package.json"),
        new("build", Bundlers)
        {
            Says =
                SetsOutput("build")
                + """|"(react-scripts|preact-cli|@docusaurus/core|@sveltejs/adapter-(static|node))"\s*:"""
                + """|"(@remix-run/dev|@react-router/dev)"\s*:""",
        },
        new("out", Bundlers)
        {
            Says = SetsOutput("out") + """|\bnext export\b|\boutput\s*:\s*["']export["']|"(electron-vite|@electron-forge/cli)"\s*:""",
        },
    ];

    /// <summary>Output folders of .NET projects.</summary>
    /// <param name="projects">Name patterns of project files.</param>
    public static IReadOnlyList<EcosystemOutputFolder> OfDotNet(IReadOnlyList<string> projects) =>
        [
            new("bin", projects),
            new("artifacts", [.. projects, "Directory.Build.props"])
            {
                Says = @"<UseArtifactsOutput>\s*true\s*<|<ArtifactsPath>[^<]*\bartifacts[/\\]?\s*<",
            },
        ];

    /// <summary>
    /// Returns a regular expression for configuration lines, outside of comments, that make a bundler or compiler write to the given
    /// folder.
    /// </summary>
    private static string SetsOutput(string folder) =>
        """^(?!\s*(//|\*))[^\n]*(\b(out-?(dir|file)|declarationDir|distDir)["']?\s*[:=\s]\s*|\bpath\s*:\s*[\w.]*\([^)\n]*)"""
        + $"""["']?(\./)?(?<![\w-]|\.\./|\.\.["'],\s?["']){folder}(?=["'/\s,;]|$)""";
}
