using static Orchestrator.Plans.GateType;

namespace Orchestrator.Plans;

/// <summary>
/// Table of ecosystems. A new ecosystem is a row here or in <see cref="MinorLanguageEcosystemDefinitions"/>. No other code distinguishes
/// ecosystems by the names of lock files, manifests or tests.
/// </summary>
internal static class MainLanguageEcosystemDefinitions
{
    private const string JavaScriptManagers = "npm pnpm yarn bun";

    private const string CargoWorkspace = @"^\s*\[workspace[\].]";

    private const string GoSettings = ".config/go/env";

    // Excludes tasks that watch for changes, if the line shows that they do.
    internal const string TestTask = @"\btest.\s*:(?!.*watch)";

    private static readonly string[] PythonSettings = ["pyproject.toml", "setup.cfg", "tox.ini"];

    private static readonly string[] PythonProjects = ["pyproject.toml", "setup.py", "setup.cfg"];

    private static readonly string[] DotNetProjects = ["*.csproj", "*.fsproj", "*.vbproj"];

    private static readonly string[] PythonManifests =
    [
        "pyproject.toml",
        "requirements.txt",
        "requirements-dev.txt",
        "setup.cfg",
        "setup.py",
    ];

    public static readonly IReadOnlyList<Ecosystem> Rows =
    [
        new("JavaScript")
        {
            Homes = [new(".bun", "BUN_INSTALL"), new(".local/share/pnpm", "PNPM_HOME")],
            Home = Names(".nvm .volta .bun .local/share/pnpm .local/share/fnm .local/share/corepack .cache/node/corepack"),
            Programs = Names("npm pnpm yarn npx bun bunx node deno jest vitest mocha ava eslint tsc biome prettier"),
            Commands =
            [
                .. Commands(Test, "jest", "vitest", "mocha", "playwright test", "cypress run", "npm t", "node --test"),
                .. Commands(Test, Scripts("test")),
                .. Commands(Test, Scripts("run test")),
                .. Commands(TypeCheck, "tsc", "vue-tsc"),
                .. Commands(TypeCheck, Scripts("run typecheck")),
                .. Commands(Lint, "eslint", "prettier --check"),
                .. Commands(Lint, Scripts("run lint")),
                .. Commands(Build, Scripts("run build")),
                .. Commands(Security, Scripts("audit")),
            ],
            Managers =
            [
                new("pnpm")
                {
                    LockFiles = ["pnpm-lock.yaml"],
                    SetUp = "pnpm install --frozen-lockfile",
                    Caches =
                    [
                        new(".local/share/pnpm/store", "npm_config_store_dir")
                        {
                            Settings = [new(".npmrc", NpmLine("store-dir")), new(".config/pnpm/rc", NpmLine("store-dir"))],
                        },
                        new(".cache/pnpm"),
                    ],
                },
                new("yarn")
                {
                    LockFiles = ["yarn.lock"],
                    SetUp = "yarn install --immutable",
                    // Yarn 1 ignores unknown options, so '--immutable' would let it rewrite its lock file.
                    Earlier = new("# yarn lockfile v1", "yarn install --frozen-lockfile"),
                    Caches =
                    [
                        new(".cache/yarn", "YARN_CACHE_FOLDER")
                        {
                            Settings =
                            [
                                new(".yarnrc.yml", @"^cacheFolder:\s*(?<path>.+)$"),
                                new(".yarnrc", @"^cache-folder\s+(?<path>.+)$"),
                            ],
                        },
                        new(".yarn/berry"),
                    ],
                },
                new("bun")
                {
                    LockFiles = ["bun.lock", "bun.lockb"],
                    SetUp = "bun install --frozen-lockfile",
                    Caches = [new(".bun/install/cache", "BUN_INSTALL_CACHE_DIR")],
                },
                new("npm")
                {
                    LockFiles = ["package-lock.json", "npm-shrinkwrap.json"],
                    SetUp = "npm ci",
                    Makes = "node_modules",
                    Reads = ["package.json", ".npmrc", "npm-shrinkwrap.json"],
                    Caches = [new(".npm", "npm_config_cache") { Settings = [new(".npmrc", NpmLine("cache"))] }],
                    Installs = true,
                },
            ],
            Registry = "npm",
            Hosts = Names("registry.npmjs.org registry.yarnpkg.com"),
            Manifests = ["package.json", "pnpm-workspace.yaml"],
            Toolchain = [".nvmrc"],
            Sources = Names(".js .mjs .cjs .jsx .ts .mts .cts .tsx"),
            Tests = ["*.test", "*.spec"],
            TestRuns =
                @"\b(NODE_TEST_CONTEXT|JEST_WORKER_ID|VITEST\w*|MOCHA_\w+)\b|\bNODE_ENV\b.*\btest\b"
                + @"|(process\.(argv\[1\]|execArgv\b)|require\.main\b|\.stack\b).*(test|jest|mocha)",
            Configuration = Names(
                "package.json .npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs pnpm-workspace.yaml bunfig.toml deno.json* .nvmrc jest.config.* "
                    + "jest.setup.* vitest.config.* vitest.workspace.* vitest.setup.* vite.config.* babel.config.* .babelrc* .mocharc.* "
                    + "karma.conf.* playwright.config.* cypress.config.* ava.config.* eslint.config.* .eslintrc* .eslintignore "
                    + ".prettierrc* .prettierignore biome.json* tsconfig*.json turbo.json nx.json"
            ),
            ReadFirst = Names(
                "package.json .npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs jest.config.* vitest.config.* .mocharc.* .eslintrc* "
                    + "babel.config.* .babelrc*"
            ),
            Scripts = [.. Names(JavaScriptManagers).Select(program => new ImplicitProgramInputFiles(program, ["package.json"]))],
            OutputFolders = Names(
                "node_modules .next .nuxt .output .svelte-kit .astro .angular .vite .turbo .parcel-cache .nyc_output coverage "
                    + "storybook-static playwright-report"
            ),
            OutputBeside = BuildOutputFolderTable.OfJavaScript,
            Output = [".tsbuildinfo"],
        },
        new("Deno")
        {
            Home = Names(".deno"),
            Programs = ["deno"],
            Commands =
            [
                .. Commands(Test, "deno test", "deno task test"),
                .. Commands(TypeCheck, "deno check"),
                .. Commands(Lint, "deno lint", "deno task lint"),
            ],
            Managers = [new("deno") { LockFiles = ["deno.lock"], Caches = [new(".cache/deno", "DENO_DIR")] }],
            Hosts = Names("jsr.io npm.jsr.io deno.land dl.deno.land registry.npmjs.org"),
            Manifests = ["deno.json", "deno.jsonc"],
            Gates =
            [
                new("deno task test", Test, "deno.json", "deno.jsonc") { Says = TestTask },
                new("deno test", Test, "deno.json", "deno.jsonc"),
                new("deno task lint", Lint, "deno.json", "deno.jsonc") { Says = @"\blint.\s*:\s*[^\s{\[]" },
                new("deno lint", Lint, "deno.json", "deno.jsonc"),
            ],
        },
        new("Python")
        {
            Home = Names(".pyenv .local/lib .local/share/uv .local/share/pipx .local/pipx"),
            Programs = Names(
                "python python3 pytest py.test unittest tox nox uv uvx poetry pdm hatch pipenv ruff mypy pyright flake8 pylint coverage"
            ),
            Commands =
            [
                .. Commands(Test, "pytest", "python -m unittest", "python3 -m unittest", "tox", "nox"),
                .. Commands(TypeCheck, "mypy", "pyright"),
                .. Commands(Lint, "ruff", "flake8", "pylint", "black --check"),
                .. Commands(Security, "bandit", "pip-audit"),
            ],
            Managers =
            [
                new("uv")
                {
                    LockFiles = ["uv.lock"],
                    SetUp = "uv sync --frozen",
                    Run = "uv run ",
                    Workspace = PackageWorkspace.OfUv,
                    Caches = [new(".cache/uv", "UV_CACHE_DIR") { Settings = [new(".config/uv/uv.toml", IniLine("cache-dir"))] }],
                    Installs = true,
                },
                new("poetry")
                {
                    LockFiles = ["poetry.lock"],
                    SetUp = "poetry install",
                    Run = "poetry run ",
                    Caches =
                    [
                        new(".cache/pypoetry", "POETRY_CACHE_DIR")
                        {
                            Settings = [new(".config/pypoetry/config.toml", IniLine("cache-dir"))],
                        },
                    ],
                },
                new("pdm")
                {
                    LockFiles = ["pdm.lock"],
                    SetUp = "pdm sync",
                    Run = "pdm run ",
                    Caches = [new(".cache/pdm", "PDM_CACHE_DIR")],
                },
                new("pipenv")
                {
                    LockFiles = ["Pipfile.lock"],
                    OwnFiles = ["Pipfile"],
                    SetUp = "pipenv sync --dev",
                    Run = "pipenv run ",
                    Caches = [new(".cache/pipenv", "PIPENV_CACHE_DIR")],
                },
                new("pip")
                {
                    Programs = ["pip", "pip3"],
                    Caches =
                    [
                        new(".cache/pip", "PIP_CACHE_DIR")
                        {
                            Settings = [new(".config/pip/pip.conf", IniLine("cache-dir")), new(".pip/pip.conf", IniLine("cache-dir"))],
                        },
                    ],
                    Installs = true,
                },
            ],
            Registry = "pypi",
            Hosts = Names("pypi.org files.pythonhosted.org"),
            Manifests = Names(
                "pyproject.toml Pipfile setup.py setup.cfg environment.yml environment.yaml requirements*.txt requirements*.in"
            ),
            Toolchain = [".python-version"],
            Sources = [".py"],
            TestRuns =
                @"\bPYTEST_\w+|\b(pytest|unittest)\b.*\bsys\.modules\b|\bsys\.modules\b.*\b(pytest|unittest)\b"
                + @"|(sys\.argv\[0\]|inspect\.(stack|currentframe)|sys\._getframe|traceback\.).*test",
            Tests = ["test_*", "*_test"],
            Configuration = Names(
                "conftest.py sitecustomize.py usercustomize.py *.pth pytest.ini .pytest.ini pytest.toml .pytest.toml pyproject.toml "
                    + "tox.ini setup.cfg noxfile.py .coveragerc ruff.toml .ruff.toml mypy.ini .mypy.ini pyrightconfig.json .flake8 "
                    + ".pylintrc pylintrc .python-version pip.conf uv.toml"
            ),
            ReadFirst = Names(
                "conftest.py sitecustomize.py usercustomize.py pytest.ini .pytest.ini pytest.toml .pytest.toml tox.ini "
                    + "setup.cfg .coveragerc"
            ),
            Scripts = [new("tox", ["tox.ini"]), new("nox", ["noxfile.py"])],
            OutputFolders = Names(
                "__pycache__ __pypackages__ .pytest_cache .mypy_cache .ruff_cache .tox .nox .venv venv .eggs .hypothesis "
                    + ".ipynb_checkpoints htmlcov *.egg-info"
            ),
            OutputBeside = [new("dist", PythonProjects), new("build", PythonProjects)],
            Output = Names(".pyc .pyo .egg-info"),
            Gates =
            [
                new("mypy", TypeCheck, [.. PythonSettings, "mypy.ini", ".mypy.ini"])
                {
                    IsModule = true,
                    Beside = PythonManifests,
                    Says = @"^\[(tool\.)?mypy\][^\[]*^(files|packages|modules)\s*=",
                },
                new("mypy .", TypeCheck, [.. PythonSettings, "mypy.ini", ".mypy.ini"])
                {
                    IsModule = true,
                    Beside = PythonManifests,
                    Says = @"^\[(tool\.)?mypy[\].-]",
                },
                new("ruff check --no-fix .", Lint, PythonSettings) { IsModule = true, Says = @"\[tool\.ruff[\].]" },
                new("ruff check --no-fix .", Lint, "ruff.toml", ".ruff.toml") { IsModule = true, Beside = PythonManifests },
                new("pytest", Test, [.. PythonManifests, "tox.ini"])
                {
                    IsModule = true,
                    Says = "pytest",
                    Beside = PythonManifests,
                },
                new("pytest", Test, "pytest.ini", ".pytest.ini", "conftest.py") { IsModule = true, Beside = PythonManifests },
                new("python3 -m unittest discover -s tests", Test, "tests") { Beside = PythonManifests },
            ],
        },
        new(".NET")
        {
            Home = Names(".dotnet .local/share/dotnet"),
            Programs = ["dotnet", "msbuild"],
            Commands = [.. Commands(Test, "dotnet test"), .. Commands(Lint, "dotnet format"), .. Commands(Build, "dotnet build")],
            Managers =
            [
                new("dotnet")
                {
                    LockFiles = ["packages.lock.json"],
                    SetUp = "dotnet restore --locked-mode",
                    Caches =
                    [
                        new(".nuget/packages", "NUGET_PACKAGES")
                        {
                            Settings =
                            [
                                new(".nuget/NuGet/NuGet.Config", @"<add\s+key=""globalPackagesFolder""\s+value=""(?<path>[^""]+)"""),
                            ],
                        },
                        new(".local/share/NuGet"),
                    ],
                    Installs = true,
                },
            ],
            Registry = "nuget",
            Hosts = ["api.nuget.org"],
            Manifests = Names("*.csproj *.fsproj *.vbproj Directory.Packages.props Directory.Build.props packages.config"),
            Toolchain = Names("global.json nuget.config NuGet.config NuGet.Config"),
            Sources = Names(".cs .fs .vb"),
            TestRuns =
                @"(FriendlyName|GetEntryAssembly|ProcessName|ProcessPath|GetAssemblies|StackTrace|GetCommandLineArgs)\b"
                + @".*([Tt]est|[xn]unit)",
            Tests = ["*Test", "*Tests"],
            Configuration = Names(
                "Directory.Build.props Directory.Build.targets Directory.Build.rsp Directory.Packages.props Directory.Solution.props "
                    + "Directory.Solution.targets MSBuild.rsp *.runsettings *.globalconfig *.csproj.user .editorconfig global.json "
                    + "nuget.config NuGet.Config NuGet.config xunit.runner.json dotnet-tools.json"
            ),
            ReadFirst = Names(
                "Directory.Build.props Directory.Build.targets Directory.Build.rsp MSBuild.rsp *.globalconfig nuget.config NuGet.Config "
                    + "NuGet.config"
            ),
            OutputFolders = ["obj", "TestResults"],
            OutputBeside = BuildOutputFolderTable.OfDotNet(DotNetProjects),
            Gates = [new("dotnet build", Build), new("dotnet test", Test)],
            Roots = [Names("*.sln *.slnx"), DotNetProjects],
        },
        new("Rust")
        {
            Homes = [new(".cargo", "CARGO_HOME"), new(".rustup", "RUSTUP_HOME")],
            Home = Names(".rustup .cargo/bin .cargo/config.toml .cargo/env"),
            HasTestsInSources = true,
            Programs = ["cargo"],
            Commands =
            [
                .. Commands(Test, "cargo test", "cargo nextest"),
                .. Commands(TypeCheck, "cargo check"),
                .. Commands(Lint, "cargo clippy"),
                .. Commands(Build, "cargo build"),
                .. Commands(Security, "cargo audit"),
            ],
            Managers =
            [
                new("cargo")
                {
                    LockFiles = ["Cargo.lock"],
                    Caches = [new(".cargo/registry"), new(".cargo/git")],
                    // Dependencies are compiled only in the first worktree because their fingerprints do not contain the worktree's path.
                    Builds = "target",
                    Reads = Names("Cargo.toml rust-toolchain rust-toolchain.toml .cargo/config.toml"),
                    Installs = true,
                },
            ],
            Registry = "cargo",
            Hosts = Names("index.crates.io static.crates.io crates.io"),
            Manifests = ["Cargo.toml"],
            Toolchain = ["rust-toolchain", "rust-toolchain.toml"],
            Sources = [".rs"],
            TestRuns =
                @"\bcfg!\(.*\btest\b|#\[cfg\(not\(test\)\)\]" + @"|(env::args(_os)?\(\)|current_exe\(\)|thread::current\(\)).*(deps|test)",
            Configuration = Names(
                "Cargo.toml build.rs rust-toolchain rust-toolchain.toml clippy.toml .clippy.toml rustfmt.toml nextest.toml "
                    + "insta.yaml .insta.yaml"
            ),
            OutputFolders = ["target"],
            Gates =
            [
                new("cargo build --workspace", Build, "Cargo.toml") { Says = CargoWorkspace, CoversNested = true },
                new("cargo test --workspace", Test, "Cargo.toml") { Says = CargoWorkspace, CoversNested = true },
                new("cargo build", Build, "Cargo.toml"),
                new("cargo test", Test, "Cargo.toml"),
            ],
            HasNestedProjects = true,
        },
        new("Go")
        {
            Homes = [new("go", "GOPATH")],
            Home = Names("go/bin .goenv sdk .config/go/env"),
            Programs = ["go", "golangci-lint"],
            Commands =
            [
                .. Commands(Test, "go test"),
                .. Commands(Lint, "go vet", "golangci-lint"),
                .. Commands(Build, "go build"),
                .. Commands(Security, "govulncheck"),
            ],
            Managers =
            [
                new("go")
                {
                    LockFiles = ["go.sum", "go.work.sum"],
                    Caches =
                    [
                        new("go/pkg/mod", "GOMODCACHE")
                        {
                            Settings = [new(GoSettings, GoLine("GOMODCACHE")), new(GoSettings, GoLine("GOPATH"), "pkg/mod")],
                        },
                        // Checksum database, which is stored beside the modules.
                        new("go/pkg/sumdb") { Settings = [new(GoSettings, GoLine("GOPATH"), "pkg/sumdb")] },
                        new(".cache/go-build", "GOCACHE") { Settings = [new(GoSettings, GoLine("GOCACHE"))] },
                    ],
                    Installs = true,
                },
            ],
            Registry = "go",
            Hosts = Names("proxy.golang.org sum.golang.org"),
            Manifests = ["go.mod", "go.work"],
            Sources = [".go"],
            TestRuns = @"\btesting\.Testing\(\)|flag\.Lookup\(""test\.|os\.Args\[0\].*test|runtime\.Callers?\(.*test",
            Tests = ["*_test"],
            Configuration = ["go.work", ".golangci.*"],
            ReadFirst = ["go.work"],
            Gates = [new("go build ./...", Build, "go.mod"), new("go vet ./...", Lint, "go.mod"), new("go test ./...", Test, "go.mod")],
            HasNestedProjects = true,
        },
    ];

    internal static string[] Names(string names) => names.Split(' ');

    internal static GateTypeByCommandRule[] Commands(GateType type, params string[] words) =>
        Array.ConvertAll(words, word => new GateTypeByCommandRule(word, type));

    private static string GoLine(string name) => $"^{name}=(?<path>.+)$";

    private static string NpmLine(string name) => $@"^\s*{name}\s*=\s*(?<path>.+)$";

    private static string IniLine(string name) => $@"^\s*{name}\s*[=:]\s*(?<path>.+)$";

    private static string[] Scripts(string script) => [.. Names(JavaScriptManagers).Select(manager => $"{manager} {script}")];
}
