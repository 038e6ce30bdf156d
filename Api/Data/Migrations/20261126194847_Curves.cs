using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CnnService.Api.Data.Migrations
{
    /// <summary>The losses in windows, and an index of the epochs among the events.</summary>
    public partial class Curves : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "LossWindows",
                columns: table => new
                {
                    Run = table.Column<long>(type: "INTEGER", nullable: false),
                    Level = table.Column<int>(type: "INTEGER", nullable: false),
                    Number = table.Column<long>(type: "INTEGER", nullable: false),
                    MinBits = table.Column<long>(type: "INTEGER", nullable: false),
                    MaxBits = table.Column<long>(type: "INTEGER", nullable: false),
                    SumBits = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LossWindows", x => new { x.Run, x.Level, x.Number });
                    table.ForeignKey(
                        name: "FK_LossWindows_Runs_Run",
                        column: x => x.Run,
                        principalTable: "Runs",
                        principalColumn: "Order",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Events_Run_Iteration_Epoch",
                table: "Events",
                columns: new[] { "Run", "Iteration", "Epoch" },
                filter: "Type = 'Epoch'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("A database is never taken back to a version before; restore a backup instead.");
    }
}
