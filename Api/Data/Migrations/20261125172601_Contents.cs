using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CnnService.Api.Data.Migrations
{
    /// <summary>
    /// Large contents move out of checkpoints and parameters into rows of 1 MB with a hash over all of them. The function sha256 is
    /// registered by <see cref="Database"/>. Old keys stay apart by being even and odd.
    /// </summary>
    public partial class Contents : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(name: "Removed", table: "Runs", type: "INTEGER", nullable: false, defaultValue: false);
            migrationBuilder.AddColumn<int>(name: "Takeovers", table: "Runs", type: "INTEGER", nullable: false, defaultValue: 0);
            migrationBuilder.CreateIndex(name: "IX_Runs_Removed", table: "Runs", column: "Removed", filter: "Removed");
            migrationBuilder.RenameTable(name: "Checkpoints", newName: "OldCheckpoints");
            migrationBuilder.RenameTable(name: "Parameters", newName: "OldParameters");
            CreateTables(migrationBuilder);
            Move(migrationBuilder);
            migrationBuilder.DropTable(name: "OldCheckpoints");
            migrationBuilder.DropTable(name: "OldParameters");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("A database is never taken back to a version before; restore a backup instead.");

        private static void CreateTables(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Contents",
                columns: table => new
                {
                    Key = table.Column<long>(type: "INTEGER", nullable: false).Annotation("Sqlite:Autoincrement", true),
                    Sha256 = table.Column<string>(type: "TEXT", nullable: false),
                    Length = table.Column<long>(type: "INTEGER", nullable: false),
                },
                constraints: table => table.PrimaryKey("PK_Contents", x => x.Key));
            migrationBuilder.CreateTable(
                name: "Pieces",
                columns: table => new
                {
                    Content = table.Column<long>(type: "INTEGER", nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    Bytes = table.Column<byte[]>(type: "BLOB", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Pieces", x => new { x.Content, x.Number });
                    table.ForeignKey("FK_Pieces_Contents_Content", x => x.Content, "Contents", "Key", onDelete: ReferentialAction.Cascade);
                });
            migrationBuilder.CreateTable(
                name: "Checkpoints",
                columns: table => new
                {
                    Run = table.Column<long>(type: "INTEGER", nullable: false),
                    Iteration = table.Column<long>(type: "INTEGER", nullable: false),
                    Attempt = table.Column<int>(type: "INTEGER", nullable: false),
                    Content = table.Column<long>(type: "INTEGER", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Checkpoints", x => new { x.Run, x.Iteration });
                    table.ForeignKey(
                        "FK_Checkpoints_Contents_Content", x => x.Content, "Contents", "Key", onDelete: ReferentialAction.Restrict);
                    table.ForeignKey("FK_Checkpoints_Runs_Run", x => x.Run, "Runs", "Order", onDelete: ReferentialAction.Cascade);
                });
            migrationBuilder.CreateTable(
                name: "Parameters",
                columns: table => new
                {
                    Run = table.Column<long>(type: "INTEGER", nullable: false),
                    Which = table.Column<string>(type: "TEXT", nullable: false),
                    Iteration = table.Column<long>(type: "INTEGER", nullable: false),
                    Content = table.Column<long>(type: "INTEGER", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Parameters", x => new { x.Run, x.Which });
                    table.ForeignKey(
                        "FK_Parameters_Contents_Content", x => x.Content, "Contents", "Key", onDelete: ReferentialAction.Restrict);
                    table.ForeignKey("FK_Parameters_Runs_Run", x => x.Run, "Runs", "Order", onDelete: ReferentialAction.Cascade);
                });
            migrationBuilder.CreateIndex(name: "IX_Checkpoints_Content", table: "Checkpoints", column: "Content");
            migrationBuilder.CreateIndex(name: "IX_Parameters_Content", table: "Parameters", column: "Content");
        }

        private static void Move(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                "INSERT INTO Contents (Key, Sha256, Length) SELECT 2 * Run, sha256(Content), length(Content) FROM OldCheckpoints;");
            migrationBuilder.Sql(
                "INSERT INTO Contents (Key, Sha256, Length) SELECT 2 * rowid + 1, Sha256, length(Content) FROM OldParameters;");
            foreach ((string table, string key) in new[] { ("OldCheckpoints", "2 * old.Run"), ("OldParameters", "2 * old.rowid + 1") })
            {
                migrationBuilder.Sql($"""
                    INSERT INTO Pieces (Content, Number, Bytes)
                    WITH RECURSIVE numbers (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number < 1000)
                    SELECT {key}, number, substr(old.Content, number * 1048576 + 1, 1048576)
                    FROM {table} AS old JOIN numbers ON number * 1048576 < length(old.Content);
                    """);
            }

            migrationBuilder.Sql(
                "INSERT INTO Checkpoints (Run, Iteration, Attempt, Content) SELECT Run, Iteration, Attempt, 2 * Run FROM OldCheckpoints;");
            migrationBuilder.Sql(
                "INSERT INTO Parameters (Run, Which, Iteration, Content) SELECT Run, Which, Iteration, 2 * rowid + 1 FROM OldParameters;");
        }
    }
}
