using Xunit;

namespace Orchestrator.Plans.Tests;

/// <summary>Projects and their dependents, as manifests of each ecosystem declare them.</summary>
public sealed class ProjectGraphTests
{
    [Fact]
    public void Npm_WorkspacePackages_ShareALaneWithTheirDependents()
    {
        var graph = Graph(
            ("package.json", """{"name": "all", "workspaces": ["packages/*", "!packages/old"]}"""),
            ("packages/core/package.json", """{"name": "@x/core"}"""),
            ("packages/web/package.json", """{"name": "@x/web", "dependencies": {"@x/core": "workspace:*", "react": "^19"}}"""),
            ("packages/api/package.json", """{"name": "@x/api", "devDependencies": {"tool": "npm:@x/core@1"}, /* 1 */ }"""),
            ("packages/docs/package.json", """{"name": "docs", "dependencies": {"any": "file:../web"}}"""),
            ("packages/alone/package.json", """{"name": "alone"}"""),
            ("packages/old/package.json", """{"name": "old"}"""),
            ("packages/web/test/fixture/package.json", """{"name": "fixture"}""")
        );

        Assert.Equal("packages/api packages/core packages/docs packages/web", Parts(graph, "packages/core/index.js"));
        Assert.Equal("packages/docs packages/web", Parts(graph, "packages/web/src/page.js"));
        Assert.Equal("packages/api", Parts(graph, "packages/api/x"));
        Assert.Equal("packages/alone", Parts(graph, "packages/alone/x"));

        // A package that no workspace lists belongs to the project around it.
        Assert.Equal("packages/docs packages/web", Parts(graph, "packages/web/test/fixture/x"));
        Assert.Equal(Parts(graph, "README.md"), Parts(graph, "packages/old/x"));
        Assert.Contains("packages/alone", Parts(graph, "README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void Pnpm_WorkspaceFile_ListsThePackages()
    {
        var graph = Graph(
            ("pnpm-workspace.yaml", "packages:\n  - 'apps/*'\n  - libs/** # all\n  - '!**/test/**'\n"),
            ("package.json", """{"name": "all"}"""),
            ("apps/one/package.json", """{"name": "one", "dependencies": {"deep": "workspace:^"}}"""),
            ("apps/two/package.json", """{"name": "two", "peerDependencies": {"other": "workspace:deep@*"}}"""),
            ("apps/three/package.json", """{"name": "three"}"""),
            ("libs/a/deep/package.json", """{"name": "deep"}"""),
            ("libs/a/deep/test/x/package.json", """{"name": "x"}""")
        );

        Assert.Equal("apps/one apps/two libs/a/deep", Parts(graph, "libs/a/deep/index.ts"));
        Assert.Equal("apps/one apps/two libs/a/deep", Parts(graph, "libs/a/deep/test/x/index.ts"));
        Assert.Equal("apps/three", Parts(graph, "apps/three/index.ts"));
    }

    [Fact]
    public void Cargo_PathsAndSharedDependencies_AreFollowed()
    {
        var graph = Graph(
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\n  \"crates/*\", # all\n]\nexclude = [\"crates/old\"]\n"
                    + "[workspace.dependencies]\nbase = { path = \"crates/core\", package = \"my-core\" }\nserde = \"1\"\n"
            ),
            ("crates/core/Cargo.toml", "[package]\nname = \"my-core\"\n"),
            ("crates/one/Cargo.toml", "[package]\nname = \"one\"\n[dependencies]\nbase.workspace = true\nserde = \"1\"\n"),
            ("crates/two/Cargo.toml", "[package]\nname = \"two\"\n[dev-dependencies]\none = { path = \"../one\" }\n"),
            ("crates/three/Cargo.toml", "[package]\nname = \"three\"\n[target.'cfg(unix)'.dependencies.any]\npackage = \"my-core\"\n"),
            ("crates/alone/Cargo.toml", "[package]\nname = \"alone\"\n[dependencies]\nserde = \"1\"\n"),
            ("crates/old/Cargo.toml", "[package]\nname = \"old\"\n")
        );

        Assert.Equal("crates/core crates/one crates/three crates/two", Parts(graph, "crates/core/src/lib.rs"));
        Assert.Equal("crates/one crates/two", Parts(graph, "crates/one/src/lib.rs"));
        Assert.Equal("crates/alone", Parts(graph, "crates/alone/src/lib.rs"));
        Assert.Equal(Parts(graph, "rustfmt.toml"), Parts(graph, "crates/old/src/lib.rs"));
    }

    [Fact]
    public void Go_NestedModules_AreProjectsByTheirRequirements()
    {
        var graph = Graph(
            ("go.work", "go 1.24\nuse (\n\t./core\n\t./web\n)\n"),
            ("core/go.mod", "module example.org/x/core\n\ngo 1.24\n"),
            ("web/go.mod", "module example.org/x/web\nrequire (\n\texample.org/x/core v0.0.0 // indirect\n\tgolang.org/x/net v0.1.0\n)\n"),
            ("cli/go.mod", "module example.org/x/cli\nreplace example.org/y => ../web\n"),
            ("alone/go.mod", "module example.org/x/alone\nrequire golang.org/x/net v0.1.0\n"),
            ("core/testdata/m/go.mod", "module m\n")
        );

        Assert.Equal("cli core web", Parts(graph, "core/a.go"));
        Assert.Equal("cli core web", Parts(graph, "core/testdata/m/a.go"));
        Assert.Equal("cli web", Parts(graph, "web/a.go"));
        Assert.Equal("alone", Parts(graph, "alone/a.go"));
    }

    [Fact]
    public void DotNet_ProjectReferencesAndLinkedFiles_AreFollowed()
    {
        const string Start = "<Project Sdk=\"Microsoft.NET.Sdk\">";
        var graph = Graph(
            ("src/Core/Core.csproj", $"{Start}</Project>"),
            ("src/Web/Web.csproj", $"{Start}<ItemGroup><ProjectReference Include=\"..\\Core\\Core.csproj\" /></ItemGroup></Project>"),
            (
                "src/Linked/Linked.fsproj",
                $"{Start}<ItemGroup><Compile Include=\"../Core/Shared/**/*.fs\" Link=\"x\" /></ItemGroup></Project>"
            ),
            ("src/Alone/Alone.csproj", $"{Start}<ItemGroup><PackageReference Include=\"Core\" /></ItemGroup></Project>"),
            ("src/Alone/Nested/Nested.csproj", Start),
            (
                "tests/Directory.Build.props",
                "<Project><ProjectReference Include=\"$(MSBuildThisFileDirectory)..\\src\\Core\\Core.csproj\" /></Project>"
            ),
            ("tests/Alone.Tests/Alone.Tests.csproj", $"{Start}<ProjectReference Include=\"../../src/Alone/Alone.csproj\" />")
        );

        Assert.Equal("src/Core src/Linked src/Web tests tests/Alone.Tests", Parts(graph, "src/Core/a.cs"));
        Assert.Equal("src/Alone tests/Alone.Tests", Parts(graph, "src/Alone/Nested/a.cs"));
        Assert.Equal("src/Web", Parts(graph, "src/Web/a.cs"));

        var unclear = Graph(("a/a.csproj", Start), ("b/b.csproj", "<ProjectReference Include=\"$(Other)\" />"), ("c/c.csproj", Start));
        Assert.Equal("a b", Parts(unclear, "a/x.cs"));
        Assert.Equal("b c", Parts(unclear, "c/x.cs"));
    }

    [Fact]
    public void Gradle_IncludedProjects_AreFoundByPathAndAccessor()
    {
        var graph = Graph(
            (
                "settings.gradle.kts",
                "rootProject.name = \"x\"\nincludeBuild(\"build-logic\")\n"
                    + "include(\":core\", \":apps:web-app\",\n  \":apps:api\")\ninclude(\":alone\", \":moved\")\n"
                    + "project(\":moved\").projectDir = file(\"elsewhere\")\n"
            ),
            ("build-logic/build.gradle.kts", "plugins { `kotlin-dsl` }\n"),
            ("core/build.gradle.kts", "plugins { java }\n"),
            ("apps/web-app/build.gradle", "dependencies { implementation project(path: ':core') }\n"),
            ("apps/api/build.gradle.kts", "dependencies { implementation(projects.apps.webApp.dependencyProject) }\n"),
            ("elsewhere/build.gradle.kts", "tasks.jar { dependsOn(\":alone:jar\") }\n"),
            ("other/build.gradle.kts", "")
        );

        Assert.Equal("apps/api apps/web-app core", Parts(graph, "core/A.java"));
        Assert.Equal("apps/api apps/web-app", Parts(graph, "apps/web-app/A.java"));
        Assert.Equal("alone elsewhere", Parts(graph, "alone/A.java"));
        Assert.Contains("elsewhere", Parts(graph, "build-logic/src/A.kt"), StringComparison.Ordinal);
        Assert.Equal(Parts(graph, "other/A.java"), Parts(graph, "gradle.txt"));
        Assert.Equal("a b", Parts(Graph(("settings.gradle", "include 'a', 'b'"), ("b/build.gradle", "api project(name)")), "a/A.java"));
    }

    /// <summary>Files that decide what is built influence everything, and so do files in no project.</summary>
    [Theory]
    [InlineData("README.md")]
    [InlineData(".github/workflows/ci.yml")]
    [InlineData("web/package.json")]
    [InlineData("web/package-lock.json")]
    [InlineData("api/Cargo.toml")]
    public void Parts_DecidingFile_AreTheWholeRepository(string path)
    {
        var graph = Graph(("web/package.json", "{}"), ("api/Cargo.toml", "[package]\nname = \"api\"\n"));
        Assert.Equal("", Parts(graph, path));
        Assert.Equal(("web", "api"), (Parts(graph, "web/x"), Parts(graph, "api/x")));
    }

    [Fact]
    public void Parts_ManifestCanNotBeRead_IncludeThatProject()
    {
        var graph = Graph(("a/package.json", "{}"), ("b/package.json", "{ broken"), ("c/package.json", "[]"), ("../d/package.json", "{}"));
        Assert.Equal("a b c", Parts(graph, "a/x"));
        Assert.Equal("b c", Parts(graph, "b/x"));
    }

    private static string Parts(ProjectGraph graph, string path) => string.Join(' ', graph.PartsOf(path));

    private static ProjectGraph Graph(params (string Path, string Text)[] manifests) =>
        ProjectGraph.Of(manifests.ToDictionary(manifest => manifest.Path, manifest => manifest.Text));
}
