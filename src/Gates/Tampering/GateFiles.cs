namespace Orchestrator.Gates.Tampering;

/// <summary>How programs of one kind find out what to check.</summary>
/// <param name="Programs">Words of a gate's command, or of a script that it calls, by which they are known.</param>
/// <param name="Files">Names of files that decide what they do; <c>*</c> stands for any text.</param>
/// <param name="Sources">Endings of their sources: a project that has any is older than a new configuration of it.</param>
public sealed record GateEcosystem(string[] Programs, string[] Files, string[] Sources)
{
    private readonly Lazy<Regex> _names = new(() => NamesOf(Files));

    /// <summary>Whether a file of this path decides what the programs do.</summary>
    public bool IsDecidedBy(string path) => _names.Value.IsMatch(Path.GetFileName(path));

    /// <summary>Whether a project has anything that the programs work on.</summary>
    public bool IsIn(IEnumerable<string> files) =>
        files.Any(file => IsDecidedBy(file) || Sources.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)));

    internal static Regex NamesOf(IEnumerable<string> names) =>
        new(
            $"^({string.Join('|', names.Select(name => Regex.Escape(name).Replace("\\*", ".*", StringComparison.Ordinal)))})$",
            RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
        );
}

/// <summary>The table of ecosystems for gates: configuration of runners, and names that are read before others.</summary>
public static class GateFiles
{
    /// <summary>By program.</summary>
    public static readonly IReadOnlyList<GateEcosystem> Ecosystems =
    [
        new(["make", "gmake"], ["GNUmakefile", "makefile", "Makefile", "*.mk"], []),
        new(["just"], ["justfile", "Justfile", ".justfile"], []),
        new(["task"], ["Taskfile.y*ml", "taskfile.y*ml", "Taskfile.dist.y*ml"], []),
        new(
            ["cmake", "ctest", "ninja", "meson"],
            ["CMakeLists.txt", "CMakePresets.json", "CMakeUserPresets.json", "meson.build"],
            [".c", ".cpp"]
        ),
        new(
            [
                "npm",
                "pnpm",
                "yarn",
                "npx",
                "bun",
                "bunx",
                "node",
                "deno",
                "jest",
                "vitest",
                "mocha",
                "ava",
                "eslint",
                "tsc",
                "biome",
                "prettier",
            ],
            [
                "package.json",
                ".npmrc",
                ".yarnrc",
                ".yarnrc.yml",
                ".pnpmfile.cjs",
                "pnpm-workspace.yaml",
                "bunfig.toml",
                "deno.json*",
                ".nvmrc",
                "jest.config.*",
                "jest.setup.*",
                "vitest.config.*",
                "vitest.workspace.*",
                "vitest.setup.*",
                "vite.config.*",
                "babel.config.*",
                ".babelrc*",
                ".mocharc.*",
                "karma.conf.*",
                "playwright.config.*",
                "cypress.config.*",
                "ava.config.*",
                "eslint.config.*",
                ".eslintrc*",
                ".eslintignore",
                ".prettierrc*",
                ".prettierignore",
                "biome.json*",
                "tsconfig*.json",
                "turbo.json",
                "nx.json",
            ],
            [".js", ".mjs", ".cjs", ".ts", ".jsx", ".tsx"]
        ),
        new(
            [
                "python",
                "python3",
                "pytest",
                "py.test",
                "unittest",
                "tox",
                "nox",
                "uv",
                "uvx",
                "poetry",
                "pdm",
                "hatch",
                "pipenv",
                "ruff",
                "mypy",
                "pyright",
                "flake8",
                "pylint",
                "coverage",
            ],
            [
                "conftest.py",
                "sitecustomize.py",
                "usercustomize.py",
                "*.pth",
                "pytest.ini",
                ".pytest.ini",
                "pytest.toml",
                ".pytest.toml",
                "pyproject.toml",
                "tox.ini",
                "setup.cfg",
                "noxfile.py",
                ".coveragerc",
                "ruff.toml",
                ".ruff.toml",
                "mypy.ini",
                ".mypy.ini",
                "pyrightconfig.json",
                ".flake8",
                ".pylintrc",
                "pylintrc",
                ".python-version",
                "pip.conf",
                "uv.toml",
            ],
            [".py"]
        ),
        new(
            ["dotnet", "msbuild"],
            [
                "Directory.Build.props",
                "Directory.Build.targets",
                "Directory.Build.rsp",
                "Directory.Packages.props",
                "Directory.Solution.props",
                "Directory.Solution.targets",
                "MSBuild.rsp",
                "*.runsettings",
                "*.globalconfig",
                "*.csproj.user",
                ".editorconfig",
                "global.json",
                "nuget.config",
                "NuGet.Config",
                "NuGet.config",
                "xunit.runner.json",
                "dotnet-tools.json",
            ],
            [".cs", ".fs", ".vb"]
        ),
        new(
            ["cargo"],
            [
                "Cargo.toml",
                "build.rs",
                "rust-toolchain",
                "rust-toolchain.toml",
                "clippy.toml",
                ".clippy.toml",
                "rustfmt.toml",
                "nextest.toml",
            ],
            [".rs"]
        ),
        new(["go", "golangci-lint"], ["go.work", ".golangci.*"], [".go"]),
        new(
            ["mvn", "mvnw", "gradle", "gradlew"],
            [
                "pom.xml",
                "maven.config",
                "jvm.config",
                "extensions.xml",
                "build.gradle",
                "build.gradle.kts",
                "settings.gradle",
                "settings.gradle.kts",
                "init.gradle",
                "init.gradle.kts",
                "gradle.properties",
                "gradle-wrapper.properties",
                "junit-platform.properties",
            ],
            [".java", ".kt"]
        ),
        new(
            ["ruby", "rake", "rspec", "bundle", "rails", "rubocop"],
            [".rspec", "spec_helper.rb", "rails_helper.rb", "test_helper.rb", "Rakefile", "rakefile", ".rubocop.yml", ".simplecov"],
            [".rb"]
        ),
        new(
            ["php", "composer", "phpunit", "phpstan", "pest"],
            ["phpunit.xml", "phpunit.xml.dist", "composer.json", "phpstan.neon", "phpstan.neon.dist", "phpstan.dist.neon", "Pest.php"],
            [".php"]
        ),
        new(["pre-commit"], [".pre-commit-config.yaml"], []),
        new(["mise", "asdf"], [".tool-versions", "mise.toml", ".mise.toml"], []),
    ];

    /// <summary>Names that programs read before those of a project, or without being told: a gate that makes one changes what the next one
    /// checks, also where git ignores it.</summary>
    private static readonly Regex ReadFirst = GateEcosystem.NamesOf([
        "GNUmakefile",
        "makefile",
        ".justfile",
        "conftest.py",
        "sitecustomize.py",
        "usercustomize.py",
        "pytest.ini",
        ".pytest.ini",
        "pytest.toml",
        ".pytest.toml",
        "tox.ini",
        "setup.cfg",
        ".coveragerc",
        ".npmrc",
        ".yarnrc",
        ".yarnrc.yml",
        ".pnpmfile.cjs",
        "jest.config.*",
        "vitest.config.*",
        ".mocharc.*",
        ".eslintrc*",
        "babel.config.*",
        ".babelrc*",
        "package.json",
        "Directory.Build.props",
        "Directory.Build.targets",
        "Directory.Build.rsp",
        "MSBuild.rsp",
        "*.globalconfig",
        "nuget.config",
        "NuGet.Config",
        "go.work",
        ".rspec",
        "phpunit.xml",
        ".bazelrc",
        ".env",
    ]);

    /// <summary>Whether a name is read before others.</summary>
    public static bool IsReadFirst(string path) => ReadFirst.IsMatch(Path.GetFileName(path.TrimEnd('/')));

    /// <summary>True for a file that configures which tests exist and how they run.</summary>
    public static bool IsConfiguration(string path) => Ecosystems.Any(kind => kind.IsDecidedBy(path));

    /// <summary>The kinds of programs among words of commands.</summary>
    public static IReadOnlyList<GateEcosystem> Of(IReadOnlySet<string> words) =>
        [.. Ecosystems.Where(kind => kind.Programs.Any(words.Contains))];
}
