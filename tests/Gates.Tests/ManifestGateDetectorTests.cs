using Orchestrator.Gates.Detection;
using Orchestrator.Plans;
using Orchestrator.TestKit;

namespace Orchestrator.Gates.Tests;

public sealed class ManifestGateDetectorTests
{
    [Theory]
    [InlineData(
        "package.json",
        """{"scripts":{"test":"vitest","lint":"eslint .","start":"node ."}}""",
        "npm run lint|npm run test -- --run"
    )]
    [InlineData("package.json", """{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}""", "")]
    [InlineData("package.json", "not json", "")]
    [InlineData("App.sln", "", "dotnet build|dotnet test")]
    [InlineData("App.csproj", "", "dotnet build|dotnet test")]
    [InlineData("Cargo.toml", "", "cargo build|cargo test")]
    [InlineData("go.mod", "module x", "go build ./...|go vet ./...|go test ./...")]
    [InlineData(
        "pyproject.toml",
        "[tool.ruff]\n[tool.mypy]\n[project.optional-dependencies]\ndev=[\"pytest\"]",
        "python3 -m mypy .|python3 -m ruff check --no-fix .|python3 -m pytest"
    )]
    [InlineData("requirements.txt", "flask\n", "")]
    [InlineData("Makefile", "CC := gcc\ntest: all\n\tx\nbuild :\n\ty\n", "make build|make test")]
    [InlineData("README.md", "test: nothing", "")]
    public void Manifest_OfOneKind_GivesItsGates(string file, string text, string expected)
    {
        using TempFolder folder = new();
        folder.Write(file, text);

        Assert.Equal(expected, string.Join('|', ManifestGateDetector.Detect(folder.Path).Select(gate => gate.Command)));
    }

    /// <summary>A found test keeps seeing what the found build makes.</summary>
    [Theory]
    [InlineData("App.csproj", "", "dotnet build")]
    [InlineData("Cargo.toml", "", "cargo build")]
    [InlineData("package.json", """{"scripts":{"test":"jest","build":"tsc","lint":"eslint ."}}""", "npm run build")]
    [InlineData("package.json", """{"scripts":{"test":"jest"}}""", null)]
    public void Build_OfAProject_IsNeededByItsOtherGates(string file, string text, string? build)
    {
        using TempFolder folder = new();
        folder.Write(file, text);

        var gates = ManifestGateDetector.Detect(folder.Path);

        Assert.All(
            gates,
            gate => Assert.Equal(gate.Type == GateType.Build || build is null ? null : DistinctTextList.Of([build]), gate.Needs)
        );
        Assert.Contains(gates, gate => gate.Type == GateType.Test);
    }

    [Fact]
    public void LockFile_OfAnotherManager_ChoosesIt()
    {
        using TempFolder folder = new();
        folder.Write("package.json", """{"scripts":{"test":"jest"}}""");
        folder.Write("pnpm-lock.yaml", "");

        Assert.Equal(["pnpm run test"], ManifestGateDetector.Detect(folder.Path).Select(gate => gate.Command));
    }

    [Fact]
    public void Makefile_BesideAnotherManifest_OnlyFillsGaps()
    {
        using TempFolder folder = new();
        folder.Write("go.mod", "module x");
        folder.Write("Makefile", "test:\n\tgo test\ntypecheck:\n\tx\n");

        Assert.Equal(
            ["go build ./...", "make typecheck", "go vet ./...", "go test ./..."],
            ManifestGateDetector.Detect(folder.Path).Select(gate => gate.Command)
        );
    }

    /// <summary>Each file as NAME, or NAME: TEXT.</summary>
    [Theory]
    [InlineData("mvn test", "pom.xml")]
    [InlineData("./mvnw test", "pom.xml", "mvnw")]
    [InlineData("gradle test", "settings.gradle.kts", "app/build.gradle.kts")]
    [InlineData("./gradlew test", "build.gradle", "gradlew")]
    [InlineData("composer test", "composer.json: {\"scripts\": {\"test\": \"phpunit\"}}", "phpunit.xml")]
    [InlineData("vendor/bin/phpstan analyse|vendor/bin/phpunit", "composer.json: {}", "phpunit.xml.dist", "phpstan.neon")]
    [InlineData("mix test", "mix.exs")]
    [InlineData("bundle exec rubocop|bundle exec rspec", "Gemfile", ".rspec", ".rubocop.yml")]
    [InlineData("bundle exec rails test", "Gemfile", "config.ru: run Rails.application", "test/a_test.rb")]
    [InlineData("bundle exec rake test", "Gemfile", "Rakefile: Rake::TestTask.new")]
    [InlineData("", "Gemfile")]
    [InlineData("deno lint|deno test", "deno.jsonc")]
    [InlineData("deno lint|deno task test", "deno.json: {\"tasks\": {\"test\": \"deno test -A\"}}")]
    [InlineData("cargo build --workspace|cargo test --workspace", "Cargo.toml: [package]\nname = 'a'\n[workspace]\nmembers = ['b']")]
    [InlineData("cargo build --workspace|cargo test --workspace", "Cargo.toml: [workspace.package]\n[workspace]")]
    [InlineData("python3 -m mypy", "pyproject.toml: [tool.mypy]\nstrict = true\nfiles = ['src']")]
    [InlineData("python3 -m mypy .", "pyproject.toml: [tool.mypy]\nstrict = true\n[tool.other]\nfiles = ['src']")]
    [InlineData("python3 -m mypy", "setup.py", "mypy.ini: [mypy]\npackages = a")]
    [InlineData(
        "uv run ruff check --no-fix .|uv run pytest",
        "pyproject.toml: [tool.ruff]\nfix = true\n[tool.pytest.ini_options]",
        "uv.lock"
    )]
    [InlineData(
        "uv run --all-packages pytest",
        "pyproject.toml: [tool.uv.workspace]\nmembers = ['a']\n[tool.pytest.ini_options]",
        "uv.lock"
    )]
    [InlineData(
        "cd packages/a && uv run --all-packages pytest|cd packages/b && python3 -m pytest|cd tools && python3 -m pytest",
        "pyproject.toml: [tool.uv.workspace]\nmembers = [\n  \"packages/*\", # all\n]\nexclude = ['packages/b']",
        "uv.lock",
        "packages/a/pyproject.toml: [tool.pytest.ini_options]",
        "packages/b/pyproject.toml: [tool.pytest.ini_options]",
        "tools/pyproject.toml: [tool.pytest.ini_options]"
    )]
    [InlineData("python3 -m unittest discover -s tests", "setup.py", "tests/a.py")]
    [InlineData("", "A.sln", "B.sln", "C.csproj")]
    [InlineData("deno lint|deno test", "deno.json: {\"tasks\": {\"test\": \"deno test --watch\"}}")]
    [InlineData("vendor/bin/phpunit", "composer.json: {\"scripts\": {\"test\": \"phpunit-watcher watch\"}}", "phpunit.xml")]
    [InlineData("make test", "Makefile: lint:\n\tx\nbuild:\n\ty\ntest: lint\n\t$(MAKE) build\n\tz\n")]
    [InlineData("make check", "Makefile: lint:\n\tx\ncheck: style\n\tz\nstyle: lint\n")]
    [InlineData(
        "make test",
        "package.json: {\"scripts\": {\"build\": \"tsc\"}}",
        "Makefile: test:\n\tnpm run build && node --test\nTEST := 1\n"
    )]
    public void Project_OfAnyEcosystem_GivesItsGates(string expected, params string[] files) => Expect(expected, files);

    [Theory]
    [InlineData("cd backend && go build ./...|cd backend && go vet ./...|cd backend && go test ./...|cd frontend && npm run test")]
    [InlineData("make test", "Makefile: test:\n\tx")]
    public void Projects_BelowARootWithoutGates_GiveTheirs(string expected, params string[] root)
    {
        string[] nested = ["frontend/package.json: {\"scripts\": {\"test\": \"jest\"}}", "backend/go.mod", "docs/package.json: {}"];
        Expect(expected, [.. nested, "node_modules/a/package.json: {\"scripts\": {\"test\": \"a\"}}", .. root]);
    }

    [Theory]
    [InlineData(
        "cd backend && go build ./...|npm run lint|cd backend && go test ./...|cd frontend && npm run test",
        "package.json: {\"scripts\": {\"lint\": \"prettier --check .\"}}"
    )]
    [InlineData(
        "cd backend && go build ./...|make lint|cd backend && go test ./...|cd frontend && pnpm run test",
        "Makefile: lint:\n\tx",
        "pnpm-lock.yaml"
    )]
    public void Projects_BelowARootWithoutTests_GiveTheirs(string expected, params string[] root) =>
        Expect(expected, ["frontend/package.json: {\"scripts\": {\"test\": \"jest\", \"lint\": \"eslint\"}}", "backend/go.mod", .. root]);

    [Theory]
    [InlineData(
        "uv run --all-packages ruff check --no-fix .|cd packages/a && uv run --all-packages pytest"
            + "|cd packages/b && uv run --all-packages pytest",
        "[tool.uv.workspace]\nmembers = ['packages/*']\n[tool.ruff]"
    )]
    [InlineData("uv run --all-packages pytest", "[tool.uv.workspace]\nmembers = ['packages/*']\n[tool.pytest.ini_options]")]
    public void Workspace_OfUv_IsTestedWhole(string expected, string root) =>
        Expect(
            expected,
            [
                $"pyproject.toml: {root}",
                "uv.lock",
                "packages/a/pyproject.toml: [tool.pytest.ini_options]",
                "packages/b/pyproject.toml: [dependency-groups]\ndev = ['pytest']",
            ]
        );

    [Theory]
    [InlineData("cargo test|cd crates/b && cargo test", "[package]\nname = 'a'")]
    [InlineData("cargo test --workspace", "[package]\nname = 'a'\n[workspace]\nmembers = ['crates/b']")]
    [InlineData("cargo test --workspace", "[workspace]\nmembers = ['crates/*']")]
    public void Packages_OfCargo_AreAllTested(string expected, string root)
    {
        using var folder = Folder([$"Cargo.toml: {root}", "crates/b/Cargo.toml: [package]", "fuzz/Cargo.toml: [package]"]);

        Assert.Equal(expected, Join(ManifestGateDetector.Detect(folder.Path).Where(gate => gate.Type == GateType.Test)));
    }

    [Theory]
    [InlineData(
        "go test ./...|cd tools/gen && go test ./...",
        "go.mod",
        "tools/gen/go.mod",
        "web/package.json: {\"scripts\": {\"test\": \"x\"}}"
    )]
    [InlineData(
        "cd a && go test ./...|cd a/inner && go test ./...|cd b && go test ./...",
        "go.work",
        "a/go.mod",
        "a/inner/go.mod",
        "b/go.mod"
    )]
    public void Modules_OfGo_AreTestedEach(string expected, params string[] files)
    {
        using var folder = Folder(files);

        Assert.Equal(expected, Join(ManifestGateDetector.Detect(folder.Path).Where(gate => gate.Type == GateType.Test)));
    }

    [Theory]
    [InlineData("npm run test --workspaces --if-present", "package.json: {\"workspaces\": [\"packages/*\"]}")]
    [InlineData("npm run test", "package.json: {\"workspaces\": [\"packages/*\"], \"scripts\": {\"test\": \"x\"}}")]
    [InlineData("cd packages/a && npm run test", "package.json: {\"workspaces\": [\"apps/*\"]}")]
    [InlineData("pnpm -r run test", "package.json: {}", "pnpm-lock.yaml", "pnpm-workspace.yaml: packages:\n  - 'packages/*'\n")]
    [InlineData("yarn workspaces run test", "package.json: {\"workspaces\": {\"packages\": [\"packages/**\"]}}", "yarn.lock")]
    [InlineData("yarn workspaces foreach -A run test", "package.json: {\"workspaces\": [\"packages/a\"]}", "yarn.lock", ".yarnrc.yml")]
    public void Workspaces_WhoseMembersHaveAScript_RunItInAll(string expected, params string[] files) =>
        Expect(expected, [.. files, "packages/a/package.json: {\"scripts\": {\"test\": \"jest\"}}", "packages/b/package.json: {}"]);

    [Theory]
    [InlineData("""{"test": "jest --watch --coverage"}""", "npx -c 'jest --coverage'")]
    [InlineData("""{"test": "ng test"}""", "npm run test -- --watch=false")]
    [InlineData("""{"test": "CI=true react-scripts test"}""", "npm run test")]
    [InlineData("""{"test": "cypress open"}""", "npx -c 'cypress run'")]
    [InlineData("""{"lint": "eslint . --fix && prettier --check ."}""", "npx -c 'eslint . && prettier --check .'")]
    [InlineData("""{"build": "tsc --watch"}""", "npm run build")]
    [InlineData("""{"test": "cross-env NODE_ENV=test jest --watchAll"}""", "npx -c 'cross-env NODE_ENV=test jest'")]
    [InlineData("""{"test": "npx --no-install vitest"}""", "npm run test -- --run")]
    [InlineData("""{"test": "dotenv -- vitest --coverage"}""", "npm run test -- --run")]
    [InlineData("""{"test": "bun test --watch"}""", "npx -c 'bun test'")]
    [InlineData("""{"lint": "isort src"}""", "npm run lint -- --check-only")]
    [InlineData("""{"test": "nodemon --exec mocha"}""", "")]
    [InlineData("""{"test": "turbo watch test", "lint": "eslint ."}""", "npm run lint")]
    public void Script_ThatWatchesOrRepairs_ChecksOnce(string scripts, string expected) =>
        Expect(expected, [$$"""package.json: {"scripts": {{scripts}}}"""]);

    [Theory]
    [InlineData("""{"build": "tsc", "lint": "eslint .", "test": "npm run lint && jest"}""", "npm run build|npm run test")]
    [InlineData("""{"build": "tsc", "pretest": "yarn build", "test": "jest"}""", "npm run test")]
    [InlineData("""{"lint": "a", "typecheck": "b", "check": "run-s lint typecheck", "test": "npm run check && c"}""", "npm run test")]
    [InlineData("""{"lint": "a", "test": "jest lint"}""", "npm run lint|npm run test")]
    public void Script_ThatAnotherGateCalls_IsNotPaidTwice(string scripts, string expected) =>
        Expect(expected, [$$"""package.json: {"scripts": {{scripts}}}"""]);

    private static void Expect(string expected, string[] files)
    {
        using var folder = Folder(files);

        Assert.Equal(expected, Join(ManifestGateDetector.Detect(folder.Path)));
    }

    private static string Join(IEnumerable<Gate> gates) => string.Join('|', gates.Select(gate => gate.Command));

    private static TempFolder Folder(IEnumerable<string> files)
    {
        var folder = new TempFolder();
        foreach (var file in files)
        {
            var end = file.IndexOf(": ", StringComparison.Ordinal);
            folder.Write(end < 0 ? file : file[..end], end < 0 ? "" : file[(end + 2)..]);
        }
        return folder;
    }

    [Theory]
    [InlineData("tests/test_app.py", true)]
    [InlineData("pkg/app_test.go", true)]
    [InlineData("src/app.test.tsx", true)]
    [InlineData("src/Greeter.Tests/GreeterTests.cs", true)]
    [InlineData("src/main/java/AppTest.java", true)]
    [InlineData("src/__tests__/helper.js", true)]
    [InlineData("src/contest.py", false)]
    [InlineData("docs/testing.md", false)]
    [InlineData("src/latest.ts", false)]
    public void Path_ByItsName_IsTestOrNot(string path, bool expected) => Assert.Equal(expected, Ecosystems.IsTest(path));
}
