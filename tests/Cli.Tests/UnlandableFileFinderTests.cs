using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Junk and secrets that an agent leaves in its worktree, of a task that may write everywhere.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class UnlandableFileFinderTests : IDisposable
{
    private const string Everywhere = "tasks:\n  - {id: one, description: One, verification: [test -f work.txt]}\n";

    private readonly CliFixture _cli = new CliFixture().WithRepository();

    public UnlandableFileFinderTests() =>
        _cli.WriteUser(
            $"agent: script\nagents: {{script: {{command: [/bin/sh, '{_cli.Home}/agent.sh']}}}}\ndisk: {{reserve: 1}}\n"
                + "permissions: {sandbox: off}\ngates: {task: []}\n"
        );

    [Fact]
    public async Task Files_ThatNobodyAskedFor_AreHeldBackAndReported()
    {
        foreach (var there in (string[])["package.json", "setup.py", "Cargo.toml"])
        {
            _cli.Write(there, "{}\n");
        }
        Commit();
        string[] junk =
        [
            "node_modules/left-pad/index.js",
            "packages/web/node_modules/x/package.json",
            ".venv/lib/site.py",
            "pkg/__pycache__/a.cpython-312.pyc",
            "target/debug/app",
            ".DS_Store",
            "docs/.DS_Store",
            ".env",
            "services/api/.env.production",
            "deploy/id_ed25519",
        ];

        var run = await RunAsync(Everywhere, junk);
        var report = await _cli.RunAsync("report", "--full");
        var page = await _cli.RunAsync(new RecordingTerminal { OutputWidth = 120 }, "report");
        var markdown = await _cli.RunAsync("report", "--markdown");
        var json = await _cli.RunAsync("report", "--json");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("Cargo.toml\nREADME.md\npackage.json\nsetup.py\nwork.txt\n", Landed());
        Assert.Contains("held back", report.Output + report.People, StringComparison.Ordinal);
        Assert.All(
            (string[])[".env", "deploy/id_ed25519", "more"],
            name => Assert.Contains(name, report.Output + report.People, StringComparison.Ordinal)
        );
        Assert.All(
            (string[])["deploy/id_ed25519", "held back"],
            name =>
            {
                Assert.Contains(name, page.Output, StringComparison.Ordinal);
                Assert.Contains(name, markdown.Output, StringComparison.Ordinal);
            }
        );
        var places = json.Json["tasks"]![0]!["heldBack"]!.AsArray().Select(place => (string)place!).ToList();
        Assert.Equal(junk.Length, places.Count);
        Assert.All((string[])["node_modules/", ".env", "deploy/id_ed25519"], place => Assert.Contains(place, places));
    }

    [Fact]
    public async Task File_OfAnEcosystemThatTheTaskBringsIn_IsHeldBack()
    {
        var run = await RunAsync(Everywhere, "package.json", "node_modules/x/index.js");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("README.md\npackage.json\nwork.txt\n", Landed());
    }

    [Fact]
    public async Task File_OfAnEcosystemThatTheAgentCommitted_IsHeldBack()
    {
        _cli.Write("package.json", "{}\n");
        Commit();
        Agent("node_modules/x/index.js");
        File.AppendAllText(
            Path.Combine(_cli.Home, "agent.sh"),
            "git add -A && git -c user.name=A -c user.email=a@localhost commit -q -m Work\n"
        );
        _cli.Write("tasks.yaml", Everywhere);

        var run = await _cli.RunAsync("run", "tasks.yaml", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("README.md\npackage.json\nwork.txt\n", Landed());
    }

    [Fact]
    public async Task Files_ThatTheEcosystemsToolsBuild_AreHeldBack()
    {
        (string Manifest, string Built)[] projects =
        [
            ("App.csproj", "bin/Debug/App.dll"),
            ("App.fsproj", "obj/App.dll"),
            ("package.json", "dist/index.js"),
            ("pyproject.toml", "dist/app-1.0.whl"),
            ("setup.py", "build/lib/app.py"),
            ("build.gradle.kts", "build/classes/App.jar"),
            ("pom.xml", "target/App.jar"),
            ("Cargo.toml", "target/debug/app"),
            ("Gemfile", "vendor/bundle/ruby/x.rb"),
            ("composer.json", "vendor/autoload.php"),
            ("mix.exs", "_build/dev/x.beam"),
            ("mix.exs", "deps/jason/mix.exs"),
            ("Package.swift", ".build/debug/app"),
            ("pubspec.yaml", "build/app.js"),
            ("CMakeLists.txt", "build/CMakeCache.txt"),
            ("CMakeLists.txt", "cmake-build-debug/app"),
        ];
        string[] manifests = [.. projects.Select((project, i) => $"p{i}/{project.Manifest}")];
        foreach (var manifest in manifests)
        {
            _cli.Write(manifest, "{}\n");
        }
        Commit();

        var run = await RunAsync(Everywhere, [.. projects.Select((project, i) => $"p{i}/{project.Built}")]);

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(Lines(["README.md", .. manifests, "work.txt"]), Landed());
    }

    [Fact]
    public async Task Folder_ThatItsManifestMakesOutput_IsHeldBack()
    {
        (string Manifest, string Text, string Folder)[] projects =
        [
            ("package.json", """{"dependencies": {"react-scripts": "5.0.1"}}""", "build"),
            ("package.json", """{"scripts": {"build": "esbuild src/a.ts --outdir=out --bundle"}}""", "out"),
            ("package.json", """{"scripts": {"build": "babel src --out-dir ./build"}}""", "build"),
            ("tsconfig.json", "{\"compilerOptions\": {\n  \"outDir\": \"./out\"\n}}", "out"),
            ("tsconfig.build.json", "{\"compilerOptions\": {\"declarationDir\": \"build/types\"}}", "build"),
            ("vite.config.ts", "export default defineConfig({ build: { outDir: 'build' } })", "build"),
            ("webpack.config.js", "module.exports = { output: {\n  path: path.resolve(__dirname, 'build'),\n} }", "build"),
            ("next.config.mjs", "export default { output: 'export' }", "out"),
            (
                "Directory.Build.props",
                "<Project><PropertyGroup><UseArtifactsOutput>true</UseArtifactsOutput></PropertyGroup></Project>",
                "artifacts"
            ),
            (
                "App.csproj",
                "<Project><PropertyGroup><ArtifactsPath>$(MSBuildThisFileDirectory)artifacts</ArtifactsPath></PropertyGroup></Project>",
                "artifacts"
            ),
        ];
        string[] manifests = [.. projects.Select((project, i) => $"p{i}/{project.Manifest}")];
        for (var i = 0; i < projects.Length; i++)
        {
            _cli.Write(manifests[i], projects[i].Text + "\n");
        }
        Commit();

        var run = await RunAsync(Everywhere, [.. projects.Select((project, i) => $"p{i}/{project.Folder}/deep/made.js")]);

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(Lines(["README.md", .. manifests, "work.txt"]), Landed());
    }

    /// <summary>The same names hold sources where no manifest beside them makes them output.</summary>
    [Fact]
    public async Task Folder_ThatNoManifestMakesOutput_Lands()
    {
        (string Manifest, string Text, string Folder)[] projects =
        [
            ("package.json", """{"scripts": {"build": "node build/build.js"}, "devDependencies": {"webpack": "5.0.0"}}""", "build"),
            ("tsconfig.json", "{\"compilerOptions\": {\n  // \"outDir\": \"./out\",\n  \"outDir\": \"../out\"\n}}", "out"),
            ("webpack.config.js", "module.exports = { output: { path: path.resolve(__dirname, '../build') } }", "build"),
            ("vite.config.ts", "export default defineConfig({ build: { outDir: 'prebuild' } })", "build"),
            ("next.config.mjs", "export default { output: 'standalone' }", "out"),
            ("App.csproj", "<Project><PropertyGroup><UseArtifactsOutput>false</UseArtifactsOutput></PropertyGroup></Project>", "artifacts"),
        ];
        for (var i = 0; i < projects.Length; i++)
        {
            _cli.Write($"p{i}/{projects[i].Manifest}", projects[i].Text + "\n");
        }
        Commit();
        string[] wanted = [.. projects.Select((project, i) => $"p{i}/{project.Folder}/deep/source.js")];

        var run = await RunAsync(Everywhere, wanted);

        Assert.True(run.ExitCode == 0, run.People);
        Assert.All(wanted, path => Assert.Contains(path, Landed(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task File_ThatIsBuiltOutsideTheTasksFiles_CostsNoOtherAttempt()
    {
        _cli.Write("src/App.csproj", "<Project/>\n");
        Commit();

        var run = await RunAsync(
            "tasks:\n  - {id: one, description: One, files_write: [work.txt], verification: [test -f work.txt]}\n",
            "src/bin/Debug/App.dll"
        );

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(Lines("README.md", "src/App.csproj", "work.txt"), Landed());
        Assert.Equal("1", File.ReadAllText(Path.Combine(_cli.Home, "starts")).Trim());
    }

    [Fact]
    public async Task Folder_NamedLikeOutputOfAnotherEcosystem_Lands()
    {
        _cli.Write("package.json", "{}\n");
        _cli.Write("App.csproj", "<Project/>\n");
        Commit();
        string[] wanted = ["tools/bin/run.sh", "build/config.js", "site/dist/index.html", "deps/list.txt"];

        var run = await RunAsync(Everywhere, wanted);

        Assert.True(run.ExitCode == 0, run.People);
        Assert.All(wanted, path => Assert.Contains(path, Landed(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Files_ThatAreSourceOrExamples_Land()
    {
        _cli.Write("Cargo.toml", "x = 1\n");
        _cli.Write("target/source.rs", "x\n");
        Commit();
        string[] wanted = ["target/more.rs", ".env.example", ".env.sample", "api/.env.template", "certs/public.pem"];

        var run = await RunAsync(Everywhere, wanted);

        Assert.True(run.ExitCode == 0, run.People);
        Assert.All(wanted, path => Assert.Contains(path, Landed(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Files_ThatThePlanNames_Land()
    {
        _cli.Write("Cargo.toml", "x = 1\n");
        _cli.Write("package.json", "{}\n");
        Commit();
        string[] wanted = ["target/made.txt", "node_modules/own/index.js", ".env"];

        var run = await RunAsync(
            "tasks:\n  - {id: one, description: One, files_write: [work.txt, 'target/**', node_modules/own/index.js, .env], "
                + "verification: [test -f work.txt]}\n",
            wanted
        );

        Assert.True(run.ExitCode == 0, run.People);
        Assert.All(wanted, path => Assert.Contains(path, Landed(), StringComparison.Ordinal));
    }

    public void Dispose() => _cli.Dispose();

    private async Task<CliFixture.CliResult> RunAsync(string plan, params string[] files)
    {
        Agent(files);
        _cli.Write("tasks.yaml", plan);
        return await _cli.RunAsync("run", "tasks.yaml", "--yes");
    }

    private void Agent(params string[] files) =>
        File.WriteAllText(
            Path.Combine(_cli.Home, "agent.sh"),
            string.Concat(files.Select(file => $"mkdir -p \"$(dirname '{file}')\"; echo made > '{file}'\n"))
                + $"echo done > work.txt\necho 1 >> '{_cli.Home}/starts'\n"
        );

    private static string Lines(params string[] paths) => string.Concat(paths.Order(StringComparer.Ordinal).Select(path => path + "\n"));

    private string Landed() => _cli.Git("ls-tree", "-r", "--name-only", "main");

    private void Commit()
    {
        _cli.Git("add", "-A");
        _cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "--allow-empty", "-m", "There");
    }
}
